/* Valid bodies, and the grammar. */
#include <stdio.h>

#include "../../suite.h"
#include "../decode.h"
#include "../generator.h"
#include "codec/json/json_limits.h"

#define P "\"particles\":[{\"x\":1,\"y\":2,\"ang_vel\":3}]"

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

static const double three[3][3] = {{0.3, 0.5, 1}, {-0.0, -5e-1, -1}, {-0.1, -0.4, 3e0}};

START_TEST(three_shapes)
{
    static const struct {
        const char *text;
        enum particle_shape shape;
    } bodies[] = {
        {"{\"particles\":[{\"x\":0.3,\"y\":0.5,\"ang_vel\":1},{\"x\":-0,\"y\":-5e-1,\"ang_vel\":-1}"
         ","
         "{\"x\":-0.1,\"y\":-0.4,\"ang_vel\":3e0}]}",
         SHAPE_OBJECTS},
        {" {\r\n\t\"particles\" : [ { \"x\" : 0.3 , \"y\" : 0.5 , \"ang_vel\" : 1 } ,\n"
         "{ \"ang_vel\" : -1.0, \"y\" : -0.5, \"x\" : -0.0 } ,\n"
         "{\"\\u0061ng_\\u0076el\":3,\"\\u0079\":-0.4,\n\"\\u0078\":-0.1 }\n ] } \n",
         SHAPE_OBJECTS},
        {"{\"particles\":[[0.3,0.5,1],[-0.0,-5e-1,-1],[-0.1,-0.4,3e0]]}", SHAPE_TRIPLES},
        {"{\"particles\" :\n[ [ 3E-1 , 5e-01 , 1.000 ] , [ -0E5 , -50.0e-2 , -1 ] , [ -1e-1 ,\n"
         "-4.0e-1 , 0.03e+2 ] ] }",
         SHAPE_TRIPLES},
        {"{\"particles\":{\"x\":[0.3,-0,-0.1],\"y\":[0.5,-0.5,-0.4],\"ang_vel\":[1,-1,3]}}",
         SHAPE_COLUMNS},
        {"{\"particles\": {\"ang_vel\": [1, -1, 3], \"x\": [0.3, -0.0,\n-0.1],\n"
         "\"y\": [ 0.5, -0.5, -0.4 ] } }",
         SHAPE_COLUMNS},
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct decoded d;
        decode(&d, bodies[i].text);
        assert_particles(&d, three, 3);
        ck_assert_int_eq(d.simulation.shape, bodies[i].shape);
        ck_assert(!d.simulation.has_dt && !d.simulation.has_timestep);
        ck_assert(!d.simulation.has_method && !d.simulation.has_frames);
        decoded_free(&d);
    }
}
END_TEST

/* All orders of the five members of the root. */
static void permute(int order[5], int fixed, size_t *bodies)
{
    static const char *const members[5] = {P, "\"dt\" : 0.25", "\"timestep\":1e-4",
                                           "\"method\":\"\\u0065uler\"", "\"frames\":1e1"};
    if (fixed < 5) {
        for (int i = fixed; i < 5; i++) {
            int swapped = order[i];
            order[i] = order[fixed];
            order[fixed] = swapped;
            permute(order, fixed + 1, bodies);
            order[fixed] = order[i];
            order[i] = swapped;
        }
        return;
    }
    char text[256] = "{";
    for (int i = 0; i < 5; i++) {
        strcat(text, members[order[i]]);
        strcat(text, i < 4 ? "," : "}");
    }
    struct decoded d;
    decode(&d, text);
    const double particle[1][3] = {{1, 2, 3}};
    assert_particles(&d, particle, 1);
    ck_assert_double_eq(d.simulation.dt, 0.25);
    ck_assert_double_eq(d.simulation.timestep, 1e-4);
    ck_assert_str_eq(d.simulation.method->name, "euler");
    ck_assert_int_eq(d.simulation.frames, 10);
    ck_assert(d.simulation.has_dt && d.simulation.has_timestep);
    ck_assert(d.simulation.has_method && d.simulation.has_frames);
    decoded_free(&d);
    ++*bodies;
}

START_TEST(options_in_every_order)
{
    int order[5] = {0, 1, 2, 3, 4};
    size_t bodies = 0;
    permute(order, 0, &bodies);
    ck_assert_uint_eq(bodies, 120);
}
END_TEST

/* Enough particles for several growths. Chunks of many sizes interrupt the fast path. */
START_TEST(long_bodies_in_chunks)
{
    enum { COUNT = 300 };
    char *text = malloc(COUNT * 100), *at = text;
    at += sprintf(at, "{\"particles\":[");
    for (int i = 0; i < COUNT; i++)
        at += sprintf(at,
                      i % 7 == 3 ? "%s{\"y\": %d.5e-3, \"x\":\n%.17g, \"ang_vel\": -%d}"
                                 : "%s{\"ang_\\u0076el\":%d.5e-3,\"x\":%.17g,\"y\":-%d}",
                      i ? "," : "", i, 1.0 / (i + 3), i);
    at += sprintf(at, "]}");
    size_t length = (size_t)(at - text);

    struct decoded whole = {.budget.limit = 0};
    decode_chunks(&whole, text, length, 0, length, COUNT);
    ck_assert_int_eq(whole.status, DECODE_OK);
    ck_assert_uint_eq(whole.simulation.particles.count, COUNT);
    for (int i = 0; i < COUNT; i++) {
        const struct particle_set *set = &whole.simulation.particles;
        double large = (double)i, small = (i + 0.5) * 1e-3;
        ck_assert_double_eq(set->x[i], 1.0 / (i + 3));
        ck_assert_double_eq_tol(set->y[i], i % 7 == 3 ? small : -large, 1e-15);
        ck_assert_double_eq_tol(set->ang_vel[i], i % 7 == 3 ? -large : small, 1e-15);
    }
    for (size_t chunk = 1; chunk < 200; chunk++) {
        struct decoded parts = {.budget.limit = 0};
        decode_chunks(&parts, text, length, 0, chunk, COUNT);
        assert_same(&whole, &parts, chunk);
        decoded_free(&parts);
    }
    decoded_free(&whole);
    free(text);
}
END_TEST

/* Appends `layout` with a number for each "#". */
static char *put_particle(char *out, const char *layout, int k)
{
    for (int i = 0; *layout; layout++)
        if (*layout == '#')
            out += sprintf(out, k % 2 ? "%.17g" : "%g", (i++ - 1.5) / (k + 3));
        else
            *out++ = *layout;
    *out = '\0';
    return out;
}

/* Particles of equal layout, most of them with one byte changed. Whole bodies take the fast path,
 * single bytes never do; both must have the same result. */
START_TEST(fast_path_agrees_with_single_bytes)
{
    static const char *const layouts[] = {
        "{\"x\":#,\"y\":#,\"ang_vel\":#},",
        "{\"x\": #, \"y\": #, \"ang_vel\": #}, ",
        "\n    {\n      \"y\": #,\n      \"ang_vel\": #,\n      \"x\": #\n    },",
        "[#,#,#],",
        "[\r\n#\n,\t# ,#\n]\n,",
        "{ \"ang_vel\" :                              #, \"y\":#, \"x\":# },",
    };
    static const char edits[] = "0123456789-+.eE,:{}[]\" \nxy_";
    enum { COUNT = 12, EDITS = 400 };
    uint64_t state = 5;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        for (int e = 0; e < EDITS; e++) {
            char text[COUNT * 128 + 32], *at = text + sprintf(text, "{\"particles\":[");
            for (int k = 0; k < COUNT; k++)
                at = put_particle(at, layouts[i], k);
            while (*--at != ',')
                ;
            at += sprintf(at, "]}");
            size_t length = (size_t)(at - text);
            if (e) /* change one byte */
                text[generate_below(&state, length)] =
                    edits[generate_below(&state, sizeof edits - 1)];
            struct decoded whole = {.budget.limit = 0}, bytes = {.budget.limit = 0};
            decode_chunks(&whole, text, length, 0, length, MANY_PARTICLES);
            decode_chunks(&bytes, text, length, 0, 1, MANY_PARTICLES);
            assert_same(&whole, &bytes, (size_t)e);
            ck_assert(e || whole.status == DECODE_OK);
            decoded_free(&whole);
            decoded_free(&bytes);
        }
}
END_TEST

START_TEST(every_prefix_is_malformed)
{
    static const char text[] =
        "{\n\"particles\":[\n{\"x\":-0.3e-0,\"y\":0.5,\"\\u0061ng_vel\":1},{\"x\":0.25,\n\"y\":12,"
        "\"ang_vel\":1e5}],\r\n\"method\":\n\"\\ud83d\\ude00\xf0\x9f\x98\x80\",\"a\":[true,\nfalse,"
        "null,{}]}";
    uint64_t line = 1, column = 1;
    for (size_t length = 0; length < sizeof text - 1; length++) {
        struct decoded d;
        decode_every_way(&d, text, length, MANY_PARTICLES);
        ck_assert_msg(d.status == DECODE_SYNTAX, "prefix of %zu: %d", length, d.status);
        ck_assert_uint_eq(d.error.byte, length);
        ck_assert_uint_eq(d.error.line, line);
        ck_assert_uint_eq(d.error.column, column);
        column = text[length] == '\n' ? 1 : column + 1;
        line += text[length] == '\n';
        decoded_free(&d);
    }
}
END_TEST

START_TEST(grammar_errors)
{
    static const struct {
        const char *text;
        const char *detail;
        uint64_t line, column, byte;
    } errors[] = {
        {"", "the body is empty", 1, 1, 0},
        {" \n ", "the body is empty", 2, 2, 3},
        {"{\"a\":1,}", "expected a member name in double quotes, found \"}\"", 1, 8, 7},
        {"{,}", "expected a member name in double quotes or \"}\", found \",\"", 1, 2, 1},
        {"{\"a\" 1}", "expected \":\", found a number", 1, 6, 5},
        {"{\"a\":}", "expected a value, found \"}\"", 1, 6, 5},
        {"{\"a\":1 \"b\":2}", "expected \",\" or \"}\", found a string", 1, 8, 7},
        {"{\"a\":1]", "expected \",\" or \"}\", found \"]\"", 1, 7, 6},
        {"{1:2}", "expected a member name in double quotes or \"}\", found a number", 1, 2, 1},
        {"{\"a\":1,null:2}", "expected a member name in double quotes, found null", 1, 8, 7},
        {"[1,]", "expected a value, found \"]\"", 1, 4, 3},
        {"[,1]", "expected a value or \"]\", found \",\"", 1, 2, 1},
        {"[1\n2]", "expected \",\" or \"]\", found a number", 2, 1, 3},
        {"[1}", "expected \",\" or \"]\", found \"}\"", 1, 3, 2},
        {"]", "expected a value, found \"]\"", 1, 1, 0},
        {":", "expected a value, found \":\"", 1, 1, 0},
        {"{} {}", "expected nothing more", 1, 4, 3},
        {"{}\n\n ]", "expected nothing more", 3, 2, 5},
        {"1 2", "expected nothing more", 1, 3, 2},
        {"{" P "},", "expected nothing more", 1, 42, 41},
        {"{" P, "the text ends where \",\" or \"}\" was expected", 1, 41, 40},
        {"{\"particles\":[[1,2,3]\n,\n[1,2,3],]}", "expected a value, found \"]\"", 3, 9, 32},
        {"{\"particles\":[[1,2,3] [1,2,3]]}", "expected \",\" or \"]\", found \"[\"", 1, 23, 22},
        {"{\"particles\":{\"x\":[1,2,]}}", "expected a value, found \"]\"", 1, 24, 23},
        {"{\"particles\":[{\"x\":1,\"y\":2,\"ang_vel\":3},{\"x\":1,\"y\":2,\"ang_vel\":3,}]}",
         "expected a member name in double quotes, found \"}\"", 1, 66, 65},
        /* a syntax error takes precedence over an earlier invalid value */
        {"{\"particels\":[[1,2,3]],\"dt\":\"no\"", "the text ends", 1, 33, 32},
        {"[1,2", "the text ends where \",\" or \"]\" was expected", 1, 5, 4},
        {"{\"particles\":[],\"dt\":nul}", "unknown word", 1, 25, 24},
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

/* The closing bracket must match the opening one at every depth. */
START_TEST(brackets_match_at_every_depth)
{
    char text[8 * JSON_DEPTH_MAX], closing[JSON_DEPTH_MAX];
    for (size_t wrong = 0; wrong < JSON_DEPTH_MAX; wrong++) {
        size_t length = 0;
        for (size_t i = 0; i < JSON_DEPTH_MAX; i++) {
            const char *opening = i % 3 ? "[" : "{\"a\":";
            memcpy(text + length, opening, strlen(opening));
            length += strlen(opening);
            closing[i] = i % 3 ? ']' : '}';
        }
        text[length++] = '1';
        size_t error = length + JSON_DEPTH_MAX - 1 - wrong;
        closing[wrong] = wrong % 3 ? '}' : ']';
        for (size_t i = JSON_DEPTH_MAX; i-- > 0;)
            text[length++] = closing[i];
        struct decoded d = {.budget.limit = 0};
        decode_chunks(&d, text, length, 0, length, 1);
        ck_assert_int_eq(d.status, DECODE_SYNTAX);
        ck_assert_uint_eq(d.error.byte, error);
        decoded_free(&d);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/json_decoder");
    TCase *tcase = suite_case(suite, "bodies");
    tcase_add_test(tcase, three_shapes);
    tcase_add_test(tcase, options_in_every_order);
    tcase_add_test(tcase, long_bodies_in_chunks);
    tcase_add_test(tcase, fast_path_agrees_with_single_bytes);
    tcase = suite_case(suite, "grammar");
    tcase_add_test(tcase, every_prefix_is_malformed);
    tcase_add_test(tcase, grammar_errors);
    tcase_add_test(tcase, brackets_match_at_every_depth);
    return suite_run(suite);
}
