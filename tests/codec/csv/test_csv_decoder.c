/* Valid bodies, bodies that are not CSV, and CSV that is not a valid request. */
#include <stdio.h>

#define DECODER_CREATE csv_decoder_create
#include "../../suite.h"
#include "../decode.h"
#include "codec/csv/csv_decoder.h"
#include "codec/number/number.h"

#define H "x,y,ang_vel\n"
#define BOM "\xef\xbb\xbf"

static void assert_particles(const struct decoded *d, const double (*expected)[3], size_t count)
{
    const struct particle_set *set = &d->simulation.particles;
    ck_assert_msg(d->status == DECODE_OK, "%s %s", d->error.pointer, d->error.detail);
    ck_assert_uint_eq(set->count, count);
    for (size_t i = 0; i < count; i++) {
        double particle[3] = {set->x[i], set->y[i], set->ang_vel[i]};
        ck_assert_mem_eq(particle, expected[i], sizeof particle);
    }
}

/* --- valid ---------------------------------------------------------------------------------- */

START_TEST(equivalent_notations)
{
    static const double three[3][3] = {{0.3, 0.5, 1}, {-0.0, -0.5, -1}, {-0.1, -0.4, 3}};
    static const char *const bodies[] = {
        H "0.3,0.5,1\n-0,-0.5,-1\n-0.1,-0.4,3\n",
        H "0.3,0.5,1\n-0,-0.5,-1\n-0.1,-0.4,3", /* no last line end */
        "x,y,ang_vel\r\n0.3,0.5,1\r\n-0.0,-5e-1,-1\r\n-0.1,-0.4,3\r\n",
        "x,y,ang_vel\r\n0.3,0.5,1\n-0E5,-0.05e+1,-1.0\r\n-1e-1,-4E-01,0.3e1", /* mixed */
        "ang_vel,x,y\n1,0.3,0.5\n-1,-0,-0.5\n3,-0.1,-0.4\n",
        "y,ang_vel,x\n0.5,1,0.3\n-0.5,-1,-0\n-0.4,3,-0.1\n",
        "\"x\",\"y\",\"ang_vel\"\n\"0.3\",\"0.5\",\"1\"\n\"-0\",\"-0.5\",\"-1\"\n"
        "\"-0.1\",\"-0.4\",\"3\"\n",
        "x,\"y\",ang_vel\r\n\"0.3\",0.5,\"1\"\r\n-0,-0.5,\"-1\"\r\n-0.1,\"-0.4\",3",
        BOM H "0.3,0.5,1\n-0,-0.5,-1\n-0.1,-0.4,3\n",
        BOM "\"x\",\"y\",\"ang_vel\"\r\n0.3,0.5,1\r\n-0,-0.5,-1\r\n-0.1,-0.4,3\r\n",
        BOM " x,y,ang_vel\n0.3,0.5,1\n-0,-0.5,-1\n-0.1,-0.4,3\n",
        " x , y\t,\tang_vel \n0.3, 0.5, 1\n -0 ,-0.5,\t-1 \t\n-0.1,\t \"-0.4\" \t, 3 \r\n",
        H "0.3,0.5,1\n-0,-0.5,-1\n-0.1,-0.4,3\n\n", /* blank lines at the end */
        H "0.3,0.5,1\n-0,-0.5,-1\n-0.1,-0.4,3\n\r\n\n \t\n",
        H "0.3,0.5,1\n-0,-0.5,-1\n-0.1,-0.4,3\n\n  ",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct decoded d;
        decode(&d, bodies[i]);
        ck_assert_msg(d.status == DECODE_OK, "%s: %s", bodies[i], d.error.detail);
        assert_particles(&d, three, 3);
        ck_assert_int_eq(d.simulation.shape, SHAPE_OBJECTS);
        for (enum simulation_option o = 0; o < OPTION_COUNT; o++)
            ck_assert(!simulation_has(&d.simulation, o));
        decoded_free(&d);
    }
}
END_TEST

START_TEST(tiny_numbers_read_as_zero)
{
    static const double expected[2][3] = {{0.0, -0.0, 0.0}, {5e-324, -5e-324, 2e-310}};
    struct decoded d;
    decode(&d, H "1e-400,-1e-400,0.1e-99999999999999999999\n3e-324,-4.9e-324,2e-310\n");
    assert_particles(&d, expected, 2);
    decoded_free(&d);
}
END_TEST

/* Writes "i,0.5,i/4" in one of several notations. */
static char *put_row(char *at, int i)
{
    switch (i % 9) {
    case 3:
        return at + sprintf(at, "%d,0.5,%g\r\n", i, i * 0.25);
    case 5:
        return at + sprintf(at, "%d,\"0.5\",\"%g\"\n", i, i * 0.25);
    case 7:
        return at + sprintf(at, " %d, 0.50 ,\t%g\r\n", i, i * 0.25);
    default:
        return at + sprintf(at, "%d,0.5,%g\n", i, i * 0.25);
    }
}

/* Rows that the fast path does not read are between rows that it reads, at all distances from the
 * growths of the columns and the ends of chunks. */
START_TEST(long_bodies_in_chunks)
{
    enum { ROWS = 3000 };
    static const size_t chunks[] = {1, 7, 64, 1000, 4096, ROWS * 40};
    char *text = malloc(ROWS * 40), *at = text + sprintf(text, H);
    for (int i = 0; i < ROWS; i++)
        at = put_row(at, i);
    for (size_t c = 0; c < sizeof chunks / sizeof *chunks; c++) {
        struct decoded d = {.budget.limit = 0};
        decode_chunks(&d, text, (size_t)(at - text), 0, chunks[c], ROWS);
        ck_assert_msg(d.status == DECODE_OK, "%s", d.error.detail);
        const struct particle_set *set = &d.simulation.particles;
        ck_assert_uint_eq(set->count, ROWS);
        for (int i = 0; i < ROWS; i++)
            ck_assert(set->x[i] == i && set->y[i] == 0.5 && set->ang_vel[i] == i * 0.25);
        decoded_free(&d);
    }
    /* the position of an error after all these rows is correct */
    strcpy(at, "1,2,\"");
    struct decoded d = {.budget.limit = 0};
    decode_chunks(&d, text, (size_t)(at - text) + 5, 0, 100, 2 * ROWS);
    ck_assert_int_eq(d.status, DECODE_SYNTAX);
    ck_assert_uint_eq(d.error.line, ROWS + 2);
    ck_assert_uint_eq(d.error.column, 5);
    ck_assert_uint_eq(d.error.byte, (uint64_t)(at - text) + 4);
    decoded_free(&d);
    free(text);
}
END_TEST

/* --- malformed ------------------------------------------------------------------------------ */

START_TEST(malformed)
{
    static const struct {
        const char *text;
        const char *detail;
        uint64_t line, column, byte;
    } errors[] = {
        {"", "the body is empty: send a line with the column names x, y and ang_vel", 1, 1, 0},
        {BOM, "the body is empty", 1, 4, 3},
        {" \n\r\n\t", "the body is empty", 3, 2, 5},
        /* fields of a row */
        {H "1,2,3\n4,5\n6,7,8\n",
         "expected \",\", found the end of the line: the first line has 3 fields, this one 2", 3, 4,
         21},
        {H "1,2\r\n", "this one 2", 2, 4, 15},
        {H "1,2", "this one 2", 2, 4, 15},
        {H "1\n", "this one 1", 2, 2, 13},
        {H "\"\"\n", "this one 1", 2, 3, 14},
        {H "1,2,3\n4,5,6,7\n",
         "expected the end of the line, found \",\": the first line has 3 fields, this one more", 3,
         6, 23},
        {H "1,2,3,\n", "this one more", 2, 6, 17},
        {H "1,2,3 ,", "this one more", 2, 7, 18},
        {H "1,2,\"3\",4", "this one more", 2, 8, 19},
        {"x,y\n1,2,3\n", "the first line has 2 fields, this one more", 2, 4, 7},
        {"x;y;ang_vel\n0,3;0,5;1\n", "the first line has 1 field, this one more", 2, 2, 13},
        /* quotes */
        {H "1,2\"\",3\n", "a quote inside a field", 2, 4, 15},
        {H "1, 2 \"3\",4\n", "a quote inside a field", 2, 6, 17},
        {"x\",y,ang_vel\n", "a quote inside a field", 1, 2, 1},
        {H "1,\"2\"3,4\n", "expected \",\" or the end of the line after the closing quote", 2, 6,
         17},
        {H "1,\"2\" \"3\",4\n", "after the closing quote", 2, 7, 18},
        {"\"x\"\"\"y,ang_vel\n", "after the closing quote", 1, 6, 5},
        {H "1,\"2,3\n4,5,6\n7,8,9\n", "the quote that opens here is not closed", 2, 3, 14},
        {H "1,2,  \"", "not closed", 2, 7, 18},
        {H "1,2,\"3\"\"", "not closed", 2, 5, 16},
        {"\"", "not closed", 1, 1, 0},
        {H "1,\"2\n3\n\",4\n1,2\"", "a quote inside a field", 5, 4, 26}, /* lines in quotes count */
        /* line ends */
        {H "1,2,3\r4,5,6\r", "a carriage return without a line feed", 2, 6, 17},
        {H "1,2,3\r", "a carriage return without", 2, 6, 17},
        {H "1,2,\"3\"\r\r\n", "a carriage return without", 2, 8, 19},
        {"x,y,ang_vel\r1,2,3\r", "a carriage return without", 1, 12, 11},
        {"\r", "a carriage return without", 1, 1, 0},
        {H "1,\r2,3\n", "a carriage return without", 2, 3, 14},
        /* blank lines */
        {"\n" H "1,2,3\n", "a blank line; only the text's end may have some", 1, 1, 0},
        {H "\n1,2,3\n", "a blank line", 2, 1, 12},
        {H "1,2,3\n \t\n\r\n4,5,6\n", "a blank line", 3, 1, 18},
        {H "1,2,3\n\n\n,", "a blank line", 3, 1, 18},
        {H "1,2,3\n\n\"\"", "a blank line", 3, 1, 18},
        {BOM "\n" H, "a blank line", 1, 1, 0},
        /* characters */
        {H "1,\xff,3\n", "not UTF-8", 2, 3, 14},
        {"\xff\xfex", "not UTF-8", 1, 1, 0},
        {H "1,\"\xc3\",3\n", "not UTF-8", 2, 5, 16},
        {H "1,\xe0\x80\x80,3\n", "not UTF-8", 2, 4, 15},
        {"\xef\xbb" H, "not UTF-8", 1, 3, 2},
        {"\xef\xbb", "the text ends inside a character", 1, 3, 2},
        {H "1,\"\xc3", "the text ends inside a character", 2, 5, 16},
        {H "1,\x01,3\n", "a control character", 2, 3, 14},
        {H "1,\"\x1f\",3\n", "a control character", 2, 4, 15},
        {"x,y,ang\x7fvel\n", "a control character", 1, 8, 7},
        /* a syntax error takes precedence over an earlier invalid value */
        {H "1,2,nan\n1,2\n", "this one 2", 3, 4, 23},
        {"x,z\n1,2\n3\n", "this one 1", 3, 2, 9},
        {"x,x,ang_vel\n1,2,3\n4,\"5,6\n", "not closed", 3, 3, 20},
        {H "1,2,\n\n,,", "a blank line", 3, 1, 17},
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        struct decoded d;
        decode(&d, errors[i].text);
        ck_assert_msg(d.status == DECODE_SYNTAX, "%s: %d", errors[i].text, d.status);
        ck_assert_msg(strstr(d.error.detail, errors[i].detail), "%s: %s", errors[i].text,
                      d.error.detail);
        ck_assert_msg(d.error.line == errors[i].line && d.error.column == errors[i].column &&
                          d.error.byte == errors[i].byte,
                      "%s: %d:%d, byte %d", errors[i].text, (int)d.error.line, (int)d.error.column,
                      (int)d.error.byte);
        ck_assert_str_eq(d.error.pointer, "");
        decoded_free(&d);
    }
}
END_TEST

START_TEST(nul_is_a_control_character)
{
    struct decoded d;
    decode_every_way(&d, "x,y,ang_vel\n1,2\0,3\n", 19, 10);
    ck_assert_int_eq(d.status, DECODE_SYNTAX);
    ck_assert_uint_eq(d.error.byte, 15);
    decoded_free(&d);
}
END_TEST

/* --- invalid -------------------------------------------------------------------------------- */

#define KNOWN "The first line must contain \"x\", \"y\", \"ang_vel\", separated by commas"

START_TEST(invalid)
{
    static const struct {
        const char *text, *pointer, *detail;
    } errors[] = {
        /* the header */
        {"x,y,angvel\n1,2,3\n", "/particles/0/angvel",
         "line 1: unknown column \"angvel\": did you mean \"ang_vel\"? " KNOWN},
        {"X,y,ang_vel\n1,2,3\n", "/particles/0/X", "unknown column \"X\": did you mean \"x\"?"},
        {"x,y,ang_vel,\n1,2,3,\n", "/particles/0/", "unknown column \"\""},
        {"x,y,ang_vel,frame\n1,2,3,4\n", "/particles/0/frame", "unknown column \"frame\""},
        {"x,y,\"ang\n\"\"vel\"\n1,2,3\n", "/particles/0/ang\xef\xbf\xbd\"vel",
         "line 1: unknown column \"ang\xef\xbf\xbd\"vel\""},
        {"x,y,\" ang_vel\"\n1,2,3\n", "/particles/0/ ang_vel", "unknown column \" ang_vel\""},
        {"a/b~c\n1\n", "/particles/0/a~1b~0c", "unknown column \"a/b~c\""},
        {"\xc3\xa9,y,ang_vel\n1,2,3\n", "/particles/0/\xc3\xa9", "unknown column \"\xc3\xa9\""},
        {BOM BOM H, "/particles/0/" BOM "x", "unknown column"},
        {"x" BOM ",y", "/particles/0/x" BOM, "unknown column"},
        {"0.3,0.5,1\n", "/particles/0/0.3", "line 1: unknown column \"0.3\""}, /* no header */
        {"x;y;ang_vel\n1;2;3\n", "/particles/0/x;y;ang_vel", KNOWN},
        {"x,y,x\n1,2,3\n", "/particles/0/x", "line 1: column x is given twice"},
        {"x,y,ang_vel,y\n1,2,3,4\n", "/particles/0/y", "column y is given twice"},
        {"y\n1\n", "/particles/0", "line 1: the header lacks \"x\", \"ang_vel\""},
        {"x,ang_vel\n1,2\n", "/particles/0", "the header lacks \"y\""},
        {"x,y", "/particles/0", "the header lacks \"ang_vel\""},
        /* no rows */
        {H, "/particles", "particles: there must be at least one"},
        {"x,y,ang_vel", "/particles", "at least one"},
        {H "\n\r\n ", "/particles", "at least one"},
        /* numbers */
        {H "1,2,3\n4,,6\n", "/particles/1/y",
         "line 3: particles[1].y is empty; it must be a number"},
        {H "1,2,3\n4,\"\",6\n", "/particles/1/y", "is empty"},
        {H ",,\n", "/particles/0/x", "line 2: particles[0].x is empty"},
        {H "1,2, \t\n", "/particles/0/ang_vel", "is empty"},
        {H "1,2,", "/particles/0/ang_vel", "is empty"},
        {H "1,2,nan\n", "/particles/0/ang_vel",
         "line 2: particles[0].ang_vel must be a finite number, such as -1.5e-3, not \"nan\""},
        {"ang_vel,y,x\n-inf,2,3\n", "/particles/0/ang_vel", "not \"-inf\""},
        {"ang_vel,y,x\n1,2,Infinity\n", "/particles/0/x", "not \"Infinity\""},
        {H "1,2,3\n+1,2,3\n", "/particles/1/x", "not \"+1\""},
        {H ".5,2,3\n", "/particles/0/x", "not \".5\""},
        {H "1.,2,3\n", "/particles/0/x", "not \"1.\""},
        {H "01,2,3\n", "/particles/0/x", "not \"01\""},
        {H "0x1,2,3\n", "/particles/0/x", "not \"0x1\""},
        {H "1e,2,3\n", "/particles/0/x", "not \"1e\""},
        {H "-,2,3\n", "/particles/0/x", "not \"-\""},
        {H "1 2,2,3\n", "/particles/0/x", "not \"1 2\""},
        {H "\"1,5\",2,3\n", "/particles/0/x", "not \"1,5\""},
        {H "\" 1\",2,3\n", "/particles/0/x", "not \" 1\""},
        {H "1;2;3,,\n", "/particles/0/x", "not \"1;2;3\""},
        {H "1,2,3\n\"\"\"4\"\"\",5,6\n", "/particles/1/x", "not \"\"4\"\""},
        {H "1,\"2\n\r\n\",3\nnan,1,1\n", "/particles/0/y", "line 2: particles[0].y must be"},
        {H "1,2,3\n\xe2\x82\xac 4,5,6\n", "/particles/1/x", "not \"\xe2\x82\xac 4\""},
        {H "1,2,1e999\n", "/particles/0/ang_vel", "is too large for a double"},
        {H "1,-1e309,1\n", "/particles/0/y", "is too large for a double"},
        /* the first error is reported */
        {H "1,2,three\nfour,,nan\n", "/particles/0/ang_vel", "\"three\""},
        {"z,x,x\nnan,,1\n", "/particles/0/z", "\"z\""},
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        struct decoded d;
        decode(&d, errors[i].text);
        ck_assert_msg(d.status == DECODE_INVALID, "%s: %d %s", errors[i].text, d.status,
                      d.error.detail);
        ck_assert_msg(strcmp(d.error.pointer, errors[i].pointer) == 0, "%s: pointer %s",
                      errors[i].text, d.error.pointer);
        ck_assert_msg(strstr(d.error.detail, errors[i].detail), "%s: %s", errors[i].text,
                      d.error.detail);
        ck_assert_uint_eq(d.error.line, 0);
        decoded_free(&d);
    }
}
END_TEST

/* The sentence fits, and the pointer is truncated between two characters. */
START_TEST(long_fields_are_truncated)
{
    static const char *const characters[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                             "~"};
    for (size_t w = 0; w < sizeof characters / sizeof *characters; w++)
        for (size_t shift = 0; shift < 4; shift++)
            for (int header = 0; header < 2; header++) {
                char text[3000] = H;
                size_t length = header ? 0 : strlen(H);
                for (size_t i = 0; i < shift; i++)
                    text[length++] = 'b';
                for (size_t i = 0; i < 500; i++, length += strlen(characters[w]))
                    strcpy(text + length, characters[w]);
                length += (size_t)sprintf(text + length, ",2,3\n");
                struct decoded d = {.budget.limit = 0};
                decode_chunks(&d, text, length, 0, 100, 10);
                ck_assert_int_eq(d.status, DECODE_INVALID);
                ck_assert_uint_lt(strlen(d.error.detail), sizeof d.error.detail - 1);
                /* an incomplete sequence would become U+FFFD */
                ck_assert_ptr_null(strstr(d.error.detail, "\xef\xbf\xbd"));
                ck_assert_ptr_null(strstr(d.error.pointer, "\xef\xbf\xbd"));
                if (header || strlen(characters[w]) * 500 + shift <= NUMBER_READ_BYTES_MAX)
                    ck_assert_ptr_nonnull(strstr(d.error.detail, "...\""));
                decoded_free(&d);
            }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/csv_decoder");
    TCase *tcase = suite_case(suite, "valid");
    tcase_add_test(tcase, equivalent_notations);
    tcase_add_test(tcase, tiny_numbers_read_as_zero);
    tcase_add_test(tcase, long_bodies_in_chunks);
    tcase = suite_case(suite, "malformed");
    tcase_add_test(tcase, malformed);
    tcase_add_test(tcase, nul_is_a_control_character);
    tcase = suite_case(suite, "invalid");
    tcase_add_test(tcase, invalid);
    tcase_add_test(tcase, long_fields_are_truncated);
    return suite_run(suite);
}
