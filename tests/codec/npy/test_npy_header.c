/* The header of NPY bodies: valid headers, and the exact error of invalid ones. */
#include <stdio.h>

#include "../../suite.h"
#include "codec/npy/npy_decoder.h"
#define DECODER_CREATE npy_decoder_create
#include "../decode.h"
#include "codec/npy/npy_header.h"
#include "codec/npy/npy_literal.h"
#include "npy_body.h"

/* --- helpers ------------------------------------------------------------------------ */

/* Decodes an unchanged header text, with the data of one particle after it. */
static void decode_text(struct decoded *d, unsigned major, const char *text, size_t length)
{
    static const double particle[] = {0.25, -2, 3};
    char *bytes = malloc(length + 64);
    size_t size = npy_put_raw(bytes, major, text, length);
    memcpy(bytes + size, particle, sizeof particle);
    decode_every_way(d, bytes, size + sizeof particle, 10);
    free(bytes);
}

/* The same for a dict; a newline is added. */
static void decode_dict(struct decoded *d, const char *dict)
{
    char text[1024];
    int length = snprintf(text, sizeof text, "%s\n", dict);
    decode_text(d, 1, text, (size_t)length);
}

static void check_syntax(const struct decoded *d, uint64_t byte, const char *detail)
{
    ck_assert_msg(d->status == DECODE_SYNTAX, "%d %s", d->status, d->error.detail);
    ck_assert_msg(strstr(d->error.detail, detail), "not \"%s\": %s", detail, d->error.detail);
    ck_assert_msg(d->error.byte == byte, "byte %d: %s", (int)d->error.byte, d->error.detail);
    ck_assert_uint_eq(d->error.line, 0);
    ck_assert_uint_eq(d->error.column, 0);
}

static void check_invalid(const struct decoded *d, const char *detail)
{
    ck_assert_msg(d->status == DECODE_INVALID, "%d %s", d->status, d->error.detail);
    ck_assert_str_eq(d->error.pointer, "/particles");
    ck_assert_msg(strstr(d->error.detail, detail), "not \"%s\": %s", detail, d->error.detail);
}

/* --- valid -------------------------------------------------------------------------- */

START_TEST(equivalent_notations)
{
    static const char *const dicts[] = {
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 3)}",
        "{\"shape\":(1,3),\"descr\":\"<f8\",\"fortran_order\":False}",
        "  {  'fortran_order'  :  True  ,  'shape'  :  (  1  ,  3  ,  )  ,  'descr'  :  '<f8'  , "
        " }  ",
        "{'descr':[('x','<f8'),('y','<f8'),('ang_vel','<f8')],'fortran_order':False,'shape':(1,)}",
        "{'descr': [ ( 'x' , \"<f8\" , ) , ('y', '<f8'), ('ang_vel', '<f8') , ] , "
        "'fortran_order': True, 'shape': ( 1 , )}",
    };
    for (size_t i = 0; i < sizeof dicts / sizeof *dicts; i++) {
        struct decoded d;
        decode_dict(&d, dicts[i]);
        ck_assert_msg(d.status == DECODE_OK, "%s: %s", dicts[i], d.error.detail);
        const struct particle_set *set = &d.simulation.particles;
        ck_assert_uint_eq(set->count, 1);
        ck_assert(set->x[0] == 0.25 && set->y[0] == -2 && set->ang_vel[0] == 3);
        decoded_free(&d);
    }
}
END_TEST

/* --- malformed ---------------------------------------------------------------------- */

START_TEST(magic_and_version)
{
    char bytes[256];
    size_t size = npy_put_matrix(bytes, 1, "<f8", false, 1) + PARTICLE_BYTES;
    memset(bytes + size - PARTICLE_BYTES, 0, PARTICLE_BYTES);
    struct decoded d;
    for (size_t i = 0; i < 6; i++) {
        bytes[i] ^= 0x20;
        decode_every_way(&d, bytes, size, 1);
        check_syntax(&d, i, "begins with \\x93NUMPY");
        decoded_free(&d);
        decode_every_way(&d, bytes, i + 1, 1); /* the wrong byte is enough */
        check_syntax(&d, i, "begins with \\x93NUMPY");
        decoded_free(&d);
        bytes[i] ^= 0x20;
    }
    for (unsigned major = 0; major < 256; major++)
        for (unsigned minor = 0; minor < 256; minor += 51) {
            bool known = major >= 1 && major <= 3;
            char detail[64];
            if (known && minor == 0)
                continue;
            bytes[6] = (char)major;
            bytes[7] = (char)minor;
            snprintf(detail, sizeof detail, "version %u.%u of the NPY format", major, minor);
            memset(&d, 0, sizeof d);
            decode_chunks(&d, bytes, size, 0, 1, 1);
            check_syntax(&d, known ? 7 : 6, detail);
            decoded_free(&d);
        }
    static const char json[] = "{\"particles\":[[1,2,3]]}";
    decode_every_way(&d, json, sizeof json - 1, 1);
    check_syntax(&d, 0, "this is not an NPY file");
    decoded_free(&d);
}
END_TEST

#define D "'descr': '<f8', "
#define F "'fortran_order': False, "
#define S "'shape': (1, 3)"

START_TEST(malformed)
{
    static const char keys[] = "keys must be 'descr', 'fortran_order' and 'shape', each once";
    /* "@" marks the position of the error and is removed */
    static const struct {
        const char *dict, *detail;
    } rows[] = {
        {"@", "expected \"{\""},
        {"@[]", "expected \"{\""},
        {"@\t{" D F S "}", "expected \"{\""},
        {"{@", "expected a string in quotes"},
        {"{@}", keys},
        {"{@,}", "expected a string in quotes"},
        {"{" D F "@}", keys},
        {"{" D F S ",@,}", "expected a string in quotes"},
        {"{" D F S " @1}", "expected \",\" or \"}\" after a value"},
        {"{" D F S "@", "expected \",\" or \"}\""},
        {"{" D F S "}@}", "only spaces, and a newline"},
        {"{" D F S "}@\n", "only spaces, and a newline"},
        {"{" D F S "} @\t", "only spaces, and a newline"},
        {"{" D F S ", @'more': 1}", keys},
        {"{" D F "@" D S "}", keys},
        {"{" D F "@'Shape': (1, 3)}", keys},
        {"{" D F "@'sha\\x70e': (1, 3)}", keys},
        {"{" D F "@u" S "}", "expected a string in quotes"},
        {"{" D F "'shape' @(1, 3)}", "expected \":\" after a key"},
        {"{" D F "'shape'@}", "expected \":\" after a key"},
        {"{" D F "'shape': @}", "expected a string, a number"},
        {"{" D F "'shape': (1, 3@}", "expected \",\" or \")\" after an item"},
        {"{" D F "'shape': (1 @3)}", "expected \",\" after the first item of a tuple"},
        {"{" D F "'shape': (1,@, 3)}", "expected a string, a number"},
        {"{" D F "'shape': (@,)}", "expected a string, a number"},
        {"{" D F "'shape': (1@)}", "expected \",\" after the first item of a tuple"},
        {"{" D F "'shape': (1, @-3)}", "expected a string, a number"},
        {"{" D F "'shape': (1, 3@.0)}", "expected \",\" or \")\""},
        {"{" D F "'shape': (1@L, 3L)}", "expected \",\" after the first item"},
        {"{" D F "'shape': (1, 0@3)}", "a number begins with 0"},
        {"{" D F "'shape': (1, 3@', )}", "expected \",\" or \")\""},
        {"{" D F "'shape': @[1, 3]}", "the shape must be a tuple"},
        {"{" D F "'shape': @1}", "the shape must be a tuple"},
        {"{" D F "'shape': (1, @'3')}", "expected a whole number"},
        {"{" D F "'shape': (@True, 3)}", "expected a whole number"},
        {"{" D F "'shape': (@(1,), 3)}", "expected a whole number"},
        {"{" D "'fortran_order': @0, " S "}", "expected True or False"},
        {"{" D "'fortran_order': @'True', " S "}", "expected True or False"},
        {"{" D "'fortran_order': @true, " S "}", "expected a string, a number, True, False"},
        {"{" D "'fortran_order': @Tru, " S "}", "expected True or False"},
        {"{" D "'fortran_order': True@st, " S "}", "expected \",\" or \"}\""},
        {"{'descr': '<f8, '@fortran_order': False}", "expected \",\" or \"}\""},
        {"{'descr': '<f@\t8', " F S "}", "a string holds a control character"},
        {"{'descr': '<f\\@\n8', " F S "}", "a string holds a control character"},
        {"{'descr': [('x', '<f8'), 'fortran_order'@: False", "expected \",\" or \"]\""},
        {"{'descr': @None, " F S "}", "expected a string, a number"},
        {"{'descr': @{'x': 1}, " F S "}", "expected a string, a number"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char dict[256];
        size_t at = (size_t)(strchr(rows[i].dict, '@') - rows[i].dict);
        snprintf(dict, sizeof dict, "%.*s%s", (int)at, rows[i].dict, rows[i].dict + at + 1);
        struct decoded d;
        decode_dict(&d, dict);
        ck_assert_msg(d.error.byte == 10 + at, "%s: byte %d: %s", rows[i].dict,
                      (int)d.error.byte - 10, d.error.detail);
        check_syntax(&d, 10 + at, rows[i].detail);
        decoded_free(&d);
    }
}
END_TEST

/* The last byte must be the newline. */
START_TEST(without_newline)
{
    static const char dict[] = "{" D F S "}";
    struct decoded d;
    for (unsigned major = 1; major <= 3; major++) {
        decode_text(&d, major, dict, sizeof dict - 1);
        check_syntax(&d, (major == 1 ? 10 : 12) + sizeof dict - 1, "newline as the last byte");
        decoded_free(&d);
        decode_text(&d, major, "{" D F S "}\n ", sizeof dict + 1);
        check_syntax(&d, (major == 1 ? 10 : 12) + sizeof dict - 1, "newline as the last byte");
        decoded_free(&d);
    }
    static const char *const open[] = {"{'descr", "{'descr\\", "{'descr': '<f8\""};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        decode_text(&d, 1, open[i], strlen(open[i]));
        check_syntax(&d, 10 + strlen(open[i]), "a string has no end");
        decoded_free(&d);
    }
    decode_text(&d, 1, "", 0);
    check_syntax(&d, 10, "expected \"{\"");
    decoded_free(&d);
    decode_text(&d, 1, "{\0}\n", 4);
    check_syntax(&d, 11, "expected a string in quotes");
    decoded_free(&d);
}
END_TEST

/* Names are UTF-8 in version 3.0, and any bytes before. */
START_TEST(encodings)
{
    static const struct {
        const char *name;
        bool utf8;
    } names[] = {{"caf\xc3\xa9", true},       {"\xe2\x82\xac", true}, {"\xf0\x9f\x98\x80", true},
                 {"caf\xe9", false},          {"\xc3", false},        {"\xc0\xaf", false},
                 {"\xed\xa0\x80", false},     {"\xff", false},        {"\xf4\x90\x80\x80", false},
                 {"\xe2\x82\xc3\xa9", false}, {"\xe2\x82", false}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (unsigned major = 1; major <= 3; major++) {
            char text[256];
            int length =
                snprintf(text, sizeof text, "{'descr': [('%s', '<f8')], " F S "}\n", names[i].name);
            struct decoded d;
            decode_text(&d, major, text, (size_t)length);
            if (names[i].utf8 || major < 3) {
                check_invalid(&d, "just the fields x, y and ang_vel");
            } else {
                ck_assert_int_eq(d.status, DECODE_SYNTAX);
                ck_assert_ptr_nonnull(strstr(d.error.detail, "a string is not UTF-8"));
                ck_assert_uint_ge(d.error.byte, 12 + strlen("{'descr': [('"));
            }
            decoded_free(&d);
        }
}
END_TEST

/* --- invalid ------------------------------------------------------------------------ */

START_TEST(other_dtypes)
{
    static const struct {
        const char *descr, *detail;
    } rows[] = {
        {"'>f8'", "the dtype must be <f8 or <f4, not \">f8\"; send numpy.asarray(a, '<f8')"},
        {"'>f4'", "not \">f4\""},
        {"'=f8'", "not \"=f8\""},
        {"'f8'", "not \"f8\""},
        {"'<f2'", "not \"<f2\""},
        {"'<f16'", "not \"<f16\""},
        {"'<i8'", "not \"<i8\""},
        {"'|b1'", "not \"|b1\""},
        {"'<c16'", "not \"<c16\""},
        {"'|O'", "not \"|O\""},
        {"'|S3'", "not \"|S3\""},
        {"'<M8[ns]'", "not \"<M8[ns]\""},
        {"''", "not \"\""},
        {"'<f8\\x20'", "not \"<f8\\x20\""},
        {"\"it's\"", "not \"it's\""},
        {"8", "not \"8\""},
        {"True", "not \"True\""},
        {"()", "not \"()\""},
        {"('<f8', (3,))", "not \"('<f8', (3,))\""},
        {"[]", "the dtype must have just the fields x, y and ang_vel, each <f8 or <f4, not \"[]\"; "
               "send numpy.column_stack([x, y, ang_vel])"},
        {"[('x', '<f8'), ('y', '<f8')]", "just the fields"},
        {"[('x', '<f8'), ('y', '<f8'), ('x', '<f8')]", "just the fields"},
        {"[('x', '<f8'), ('y', '<f8'), ('z', '<f8')]", "just the fields"},
        {"[('x', '<f8'), ('y', '<f8'), ('ang_vel', '>f8')]", "just the fields"},
        {"[('x', '<f8'), ('y', '<f8'), ('ang_vel', '<i8')]", "just the fields"},
        {"[('x', '<f8'), ('y', '<f8'), ('ang_vel', '<f8'), ('z', '<f8')]", "just the fields"},
        {"[('x', '<f8'), ('y', '<f8'), ('', '|V8'), ('ang_vel', '<f8')]", "just the fields"},
        {"[('x', '<f8'), ('y', '<f8'), ('ang_vel', '<f8'), ('', '|V8')]", "just the fields"},
        {"[('x', '<f8', (1,)), ('y', '<f8'), ('ang_vel', '<f8')]", "just the fields"},
        {"[('x', [('y', '<f8')]), ('y', '<f8'), ('ang_vel', '<f8')]", "just the fields"},
        {"[(('title', 'x'), '<f8'), ('y', '<f8'), ('ang_vel', '<f8')]", "just the fields"},
        {"['x', 'y', 'ang_vel']", "just the fields"},
        {"[('x',), ('y',), ('ang_vel',)]", "just the fields"},
        {"[(), 1, True]", "just the fields"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char dict[512];
        struct decoded d;
        snprintf(dict, sizeof dict, "{'descr': %s, " F "%s}", rows[i].descr,
                 *rows[i].descr == '[' ? "'shape': (1,)" : S);
        decode_dict(&d, dict);
        check_invalid(&d, rows[i].detail);
        ck_assert_uint_eq(d.budget.reservations, 0);
        decoded_free(&d);
    }
}
END_TEST

#define FIELDS "[('x', '<f8'), ('y', '<f8'), ('ang_vel', '<f8')]"

START_TEST(other_shapes)
{
    static const struct {
        const char *descr, *shape, *detail;
    } rows[] = {
        {"'<f8'", "()", "must be (n, 3), a row of x, y, ang_vel for each particle, not \"()\""},
        {"'<f8'", "(3,)", "not \"(3,)\"; send numpy.column_stack([x, y, ang_vel])"},
        {"'<f8'", "(1, 2)", "not \"(1, 2)\"; send numpy.column_stack"},
        {"'<f8'", "(1, 4)", "not \"(1, 4)\"; send numpy.column_stack"},
        {"'<f8'", "(3, 1)", "not \"(3, 1)\"; send a.T"},
        {"'<f8'", "(1, 1, 3)", "not \"(1, 1, 3)\"; send numpy.column_stack"},
        {"'<f8'", "(1, 3, 1)", "not \"(1, 3, 1)\""},
        {"'<f8'", "(0, 0)", "not \"(0, 0)\""},
        {"'<f8'", "(1, 18446744073709551619)", "not \"(1, 18446744073709551619)\""},
        {FIELDS, "()", "an array of structures must be (n,), not \"()\"; send a.ravel()"},
        {FIELDS, "(1, 3)", "must be (n,), not \"(1, 3)\""},
        {FIELDS, "(1, 1)", "must be (n,), not \"(1, 1)\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char dict[256];
        struct decoded d;
        snprintf(dict, sizeof dict, "{'descr': %s, " F "'shape': %s}", rows[i].descr,
                 rows[i].shape);
        decode_dict(&d, dict);
        check_invalid(&d, rows[i].detail);
        decoded_free(&d);
    }
}
END_TEST

START_TEST(no_particles)
{
    static const char *const dicts[] = {"{" D F "'shape': (0, 3)}",
                                        "{'descr': " FIELDS ", " F "'shape': (0,)}"};
    for (size_t i = 0; i < 2; i++) {
        char bytes[512];
        struct decoded d;
        size_t size = npy_put_head(bytes, 1, dicts[i]);
        decode_every_way(&d, bytes, size, 10);
        check_invalid(&d, "particles must hold at least one particle");
        ck_assert_uint_eq(d.budget.reservations, 0);
        decoded_free(&d);
        bytes[size] = 0;
        decode_every_way(&d, bytes, size + 1, 10);
        check_syntax(&d, size, "continues after the 0 bytes");
        decoded_free(&d);
    }
}
END_TEST

/* --- mutations ---------------------------------------------------------------------- */

/* Replaces each byte of a header by several others. The decoder must have the same result in
 * chunks. If it accepts the header, it must read the one particle of the data. */
START_TEST(mutations)
{
    static const char *const dicts[] = {"{" D F S ", }",
                                        "{'descr': " FIELDS ", " F "'shape': (1,)}"};
    static const char others[] = " \n'\"(){}[],:\\<f842TFx\x93\xc3";
    size_t unchanged = 0, accepted = 0;
    for (size_t k = 0; k < 2; k++) {
        size_t length = strlen(dicts[k]);
        for (size_t at = 0; at < length; at++)
            for (size_t other = 0; other < sizeof others; other++) { /* with the NUL */
                char text[256], bytes[512];
                memcpy(text, dicts[k], length + 1);
                text[at] = others[other];
                text[length] = '\n';
                size_t size = npy_put_raw(bytes, 3, text, length + 1);
                memset(bytes + size, 0, PARTICLE_BYTES);
                size += PARTICLE_BYTES;
                struct decoded whole = {.budget.limit = 0}, parts = {.budget.limit = 0};
                decode_chunks(&whole, bytes, size, 0, size, 10);
                decode_chunks(&parts, bytes, size, 0, 1, 10);
                assert_same(&whole, &parts, 0);
                unchanged += text[at] == dicts[k][at];
                ck_assert(whole.status == DECODE_OK || text[at] != dicts[k][at]);
                if (whole.status == DECODE_OK) {
                    accepted++;
                    ck_assert_uint_eq(whole.simulation.particles.count, 1);
                }
                decoded_free(&whole);
                decoded_free(&parts);
            }
    }
    ck_assert_uint_gt(unchanged, 50);
    ck_assert_uint_gt(accepted, unchanged);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/npy_header");
    TCase *tcase = suite_case(suite, "valid");
    tcase_add_test(tcase, equivalent_notations);
    tcase = suite_case(suite, "malformed");
    tcase_add_test(tcase, magic_and_version);
    tcase_add_test(tcase, malformed);
    tcase_add_test(tcase, without_newline);
    tcase_add_test(tcase, encodings);
    tcase = suite_case(suite, "invalid");
    tcase_add_test(tcase, other_dtypes);
    tcase_add_test(tcase, other_shapes);
    tcase_add_test(tcase, no_particles);
    tcase = suite_case(suite, "mutations");
    tcase_add_test(tcase, mutations);
    return suite_run(suite);
}
