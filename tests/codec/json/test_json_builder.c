/* Bodies that are valid JSON but not a valid request: the exact pointer, and a part of the detail.
 */
#include <stdio.h>

#include "../../suite.h"
#include "../decode.h"
#include "codec/json/json_limits.h"

struct invalid_body {
    const char *text;
    const char *pointer;
    const char *detail; /* a part of the detail */
};

static void check_all(const struct invalid_body *bodies, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct decoded d;
        decode(&d, bodies[i].text);
        ck_assert_msg(d.status == DECODE_INVALID, "%s: %d", bodies[i].text, d.status);
        ck_assert_msg(strcmp(d.error.pointer, bodies[i].pointer) == 0, "%s: pointer %s",
                      bodies[i].text, d.error.pointer);
        ck_assert_msg(strstr(d.error.detail, bodies[i].detail), "%s: %s", bodies[i].text,
                      d.error.detail);
        ck_assert_uint_eq(d.error.line, 0);
        decoded_free(&d);
    }
}

#define CHECK_ALL(bodies) check_all(bodies, sizeof(bodies) / sizeof *(bodies))

#define ONE "{\"x\":1,\"y\":2,\"ang_vel\":3}"
#define WITH(member) "{\"particles\":[[1,2,3]]," member "}"
#define IN(particles) "{\"particles\":" particles "}"

START_TEST(root)
{
    static const struct invalid_body bodies[] = {
        {"{}", "", "the body lacks \"particles\""},
        {"{\"dt\":1}", "", "the body lacks \"particles\""},
        {"{\"particels\":[]}", "/particels", "did you mean \"particles\"? Known are \"particles\""},
        {WITH("\"time_step\":1"), "/time_step", "did you mean \"timestep\"?"},
        {WITH("\"Method\":1"), "/Method", "unknown member \"Method\": did you mean \"method\"?"},
        {WITH("\"dt\\u0000\":1"), "/dt\xef\xbf\xbd", "unknown member \"dt\xef\xbf\xbd\""},
        {WITH("\"\":1"), "/", "unknown member \"\""},
        {WITH("\"dt\":1,\"dt\":1"), "/dt", "dt is given twice"},
        {WITH("\"d\\u0074\":1,\"\\u0064t\":1"), "/dt", "dt is given twice"},
        {WITH("\"method\":\"euler\",\"method\":\"euler\""), "/method", "twice"},
        {WITH("\"particles\":[[1,2,3]]"), "/particles", "particles is given twice"},
        {IN("null"), "/particles",
         "must be an array of particles or an object of columns, not null"},
        {IN("3"), "/particles", "not a number"},
        {IN("\"x\""), "/particles", "not a string"},
        {IN("[]"), "/particles", "at least one particle"},
    };
    CHECK_ALL(bodies);
}
END_TEST

START_TEST(options)
{
    static const struct invalid_body bodies[] = {
        {WITH("\"dt\":null"), "/dt", "dt must be a number, not null"},
        {WITH("\"dt\":\"0.1\""), "/dt", "dt must be a number, not a string"},
        {WITH("\"dt\":[1]"), "/dt", "dt must be a number, not an array"},
        {WITH("\"dt\":-1e-300"), "/dt", "dt, the total simulated time, must be finite"},
        {WITH("\"dt\":1e309"), "/dt", "must be finite"},
        {WITH("\"timestep\":0"), "/timestep", "timestep, the length of one step, must be"},
        {WITH("\"timestep\":1e-999"), "/timestep", "more than 0"},
        {WITH("\"timestep\":true"), "/timestep", "timestep must be a number, not true"},
        {WITH("\"method\":1"), "/method", "method must be a string, not a number"},
        {WITH("\"method\":null"), "/method", "method must be a string, not null"},
        {WITH("\"method\":{}"), "/method", "method must be a string, not an object"},
        {WITH("\"method\":\"Eular\""), "/method", "did you mean \"euler\"? Known are"},
        {WITH("\"method\":\"euler\\u0000\""), "/method", "unknown method \"euler\xef\xbf\xbd\""},
        {WITH("\"frames\":0"), "/frames", "frames must be an integer from 1 to 1000000"},
        {WITH("\"frames\":1.5"), "/frames", "integer"},
        {WITH("\"frames\":1000001"), "/frames", "1000000"},
        {WITH("\"frames\":1e999"), "/frames", "integer"},
        {WITH("\"frames\":false"), "/frames", "frames must be a number, not false"},
    };
    CHECK_ALL(bodies);
}
END_TEST

START_TEST(objects)
{
    static const struct invalid_body bodies[] = {
        {IN("[1]"), "/particles/0",
         "particles[0] must be an object with x, y and ang_vel or an array"},
        {IN("[null]"), "/particles/0", "not null"},
        {IN("[" ONE ",7]"), "/particles/1",
         "must be an object, as the first particle is, not a number"},
        {IN("[" ONE ",[1,2,3]]"), "/particles/1",
         "must be an object, as the first particle is, not an array"},
        {IN("[{}]"), "/particles/0", "particles[0] lacks \"x\", \"y\", \"ang_vel\""},
        {IN("[" ONE ",{\"x\":1,\"ang_vel\":1}]"), "/particles/1", "particles[1] lacks \"y\""},
        {IN("[" ONE ",{\"x\":\"1\"}]"), "/particles/1/x",
         "particles[1].x must be a number, not a string"},
        {IN("[{\"y\":null}]"), "/particles/0/y", "particles[0].y must be a number, not null"},
        {IN("[{\"ang_vel\":{}}]"), "/particles/0/ang_vel", "not an object"},
        {IN("[{\"y\":[1]}]"), "/particles/0/y", "not an array"},
        {IN("[" ONE "," ONE ",{\"x\":1,\"y\":2,\"x\":3}]"), "/particles/2/x",
         "particles[2].x is given twice"},
        {IN("[" ONE ",{\"x\":1,\"y\":2,\"ang_vel\":3,\"y\":3}]"), "/particles/1/y", "given twice"},
        {IN("[{\"angvel\":1}]"), "/particles/0/angvel",
         "did you mean \"ang_vel\"? Known are \"x\", \"y\", \"ang_vel\""},
        {IN("[{\"a/b~c\":1}]"), "/particles/0/a~1b~0c", "unknown member \"a/b~c\""},
        {IN("[" ONE ",{\"x\":1,\"y\":1e400,\"ang_vel\":3}]"), "/particles/1/y",
         "particles[1].y is too large for a double"},
        {IN("[{\"x\":-1e309}]"), "/particles/0/x", "too large"},
    };
    CHECK_ALL(bodies);
}
END_TEST

/* The bodies continue after the error, so that the fast path tries to read the particle. */
START_TEST(objects_in_the_middle)
{
    static const struct invalid_body bodies[] = {
        {IN("[" ONE "," ONE ",{\"x\":1,\"y\":2,\"x\":3}," ONE "," ONE "]"), "/particles/2/x",
         "particles[2].x is given twice"},
        {IN("[" ONE "," ONE ",{\"x\":1,\"y\":2}," ONE "," ONE "]"), "/particles/2",
         "particles[2] lacks \"ang_vel\""},
        {IN("[" ONE "," ONE ",{\"x\":1,\"y\":2,\"ang_vel\":3,\"z\":1}," ONE "," ONE "]"),
         "/particles/2/z", "unknown member \"z\""},
        {IN("[" ONE "," ONE ",{\"x\":1,\"y\":2,\"ang_vex\":3}," ONE "," ONE "]"),
         "/particles/2/ang_vex", "did you mean \"ang_vel\"?"},
        {IN("[[1,2,3],[1,2,3],[1,2],[1,2,3],[1,2,3]]"), "/particles/2", "not 2"},
        {IN("[[1,2,3],[1,2,3],[1,2,3,4],[1,2,3],[1,2,3]]"), "/particles/2", "not more"},
    };
    CHECK_ALL(bodies);
}
END_TEST

START_TEST(triples)
{
    static const struct invalid_body bodies[] = {
        {IN("[[]]"), "/particles/0",
         "particles[0] must have three numbers, x, y and ang_vel, not 0"},
        {IN("[[1,2,3],[1,2]]"), "/particles/1",
         "particles[1] must have three numbers, x, y and ang_vel, not 2"},
        {IN("[[1,2,3],[1,2,3,4]]"), "/particles/1", "not more"},
        {IN("[[1,2,3],[1,2,\"3\"]]"), "/particles/1/2",
         "particles[1][2] must be a number, not a string"},
        {IN("[[1,2,3],[null,2,3]]"), "/particles/1/0",
         "particles[1][0] must be a number, not null"},
        {IN("[[1,2,3,[]]]"), "/particles/0/3", "particles[0][3] must be a number, not an array"},
        {IN("[[1,2,3]," ONE "]"), "/particles/1",
         "must be an array, as the first particle is, not an object"},
        {IN("[[1,2,3],3]"), "/particles/1",
         "must be an array, as the first particle is, not a number"},
        {IN("[[1,2,3],[1,1e999,3]]"), "/particles/1/1", "particles[1][1] is too large"},
    };
    CHECK_ALL(bodies);
}
END_TEST

START_TEST(columns)
{
    static const struct invalid_body bodies[] = {
        {IN("{}"), "/particles", "particles lacks \"x\", \"y\", \"ang_vel\""},
        {IN("{\"x\":[1],\"y\":[2]}"), "/particles", "particles lacks \"ang_vel\""},
        {IN("{\"x\":[],\"y\":[],\"ang_vel\":[]}"), "/particles", "at least one particle"},
        {IN("{\"x\":[1,2],\"y\":[],\"ang_vel\":[1]}"), "/particles",
         "not 2 of x, 0 of y and 1 of ang_vel"},
        {IN("{\"x\":[1,2],\"y\":[1,2],\"ang_vel\":[1]}"), "/particles",
         "not 2 of x, 2 of y and 1 of ang_vel"},
        {IN("{\"x\":1}"), "/particles/x", "particles.x must be an array of numbers, not a number"},
        {IN("{\"y\":{}}"), "/particles/y",
         "particles.y must be an array of numbers, not an object"},
        {IN("{\"ang_vel\":null}"), "/particles/ang_vel", "not null"},
        {IN("{\"x\":[1,true]}"), "/particles/x/1", "particles.x[1] must be a number, not true"},
        {IN("{\"x\":[1,2,[3]]}"), "/particles/x/2",
         "particles.x[2] must be a number, not an array"},
        {IN("{\"y\":[0,2,3,1e999]}"), "/particles/y/3", "particles.y[3] is too large"},
        {IN("{\"x\":[1],\"x\":[1]}"), "/particles/x", "particles.x is given twice"},
        {IN("{\"x\":[1],\"z\":[1]}"), "/particles/z",
         "particles has an unknown member \"z\": did you mean \"x\"?"},
    };
    CHECK_ALL(bodies);
}
END_TEST

START_TEST(first_error_is_reported)
{
    static const struct invalid_body bodies[] = {
        {"{\"dt\":-1,\"timestep\":-1,\"q\":0}", "/dt", "dt"},
        {"{\"q\":{\"q\":1,\"q\":[{}]},\"dt\":-1}", "/q", "unknown member \"q\""},
        {"{\"particles\":[[1,2,3],[\"a\"],\"b\"],\"dt\":\"c\"}", "/particles/1/0", "string"},
    };
    CHECK_ALL(bodies);
}
END_TEST

START_TEST(tiny_numbers_read_as_zero)
{
    struct decoded d;
    decode(&d,
           "{\"particles\":[[1,2,3],[1e-400,-1e-400,0.1e-99999999999999999999]],\"dt\":1e-999}");
    ck_assert_int_eq(d.status, DECODE_OK);
    const double expected[3] = {0.0, -0.0, 0.0};
    ck_assert_mem_eq(&d.simulation.particles.x[1], &expected[0], sizeof(double));
    ck_assert_mem_eq(&d.simulation.particles.y[1], &expected[1], sizeof(double));
    ck_assert_mem_eq(&d.simulation.particles.ang_vel[1], &expected[2], sizeof(double));
    ck_assert_double_eq(d.simulation.dt, 0);
    ck_assert(d.simulation.has_dt);
    decoded_free(&d);
}
END_TEST

/* Decodes {"particles":[{"<name>":1}]}. */
static void decode_name(struct decoded *d, const char *name)
{
    char text[1200];
    snprintf(text, sizeof text, "{\"particles\":[{\"%s\":1}]}", name);
    decode(d, text);
    ck_assert_int_eq(d->status, DECODE_INVALID);
}

/* True if the text is UTF-8 without control characters: the decoder accepts it as a member name. */
static bool is_clean(const char *text)
{
    char body[1024] = "{\"", *at = body + 2;
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *at++ = '\\';
        *at++ = *text;
    }
    strcpy(at, "\":1}");
    struct decoded d = {.budget.limit = 0};
    decode_chunks(&d, body, strlen(body), 0, strlen(body), 1);
    bool clean = d.status == DECODE_INVALID;
    decoded_free(&d);
    return clean;
}

START_TEST(long_names_are_truncated_between_characters)
{
    char name[1100] = "";
    struct decoded d;

    memset(name, 'a', JSON_STRING_BYTES_KEPT);
    decode_name(&d, name);
    ck_assert_uint_eq(strlen(d.error.pointer), strlen("/particles/0/") + JSON_STRING_BYTES_KEPT);
    decoded_free(&d);

    name[JSON_STRING_BYTES_KEPT] = 'a';
    decode_name(&d, name);
    ck_assert_uint_eq(strlen(d.error.pointer), strlen("/particles/0/...") + JSON_STRING_BYTES_KEPT);
    ck_assert_str_eq(d.error.pointer + strlen(d.error.pointer) - 4, "a...");
    ck_assert_ptr_nonnull(strstr(d.error.detail, "aaa...\": did you mean"));
    decoded_free(&d);

    /* after a character that does not fit, nothing more is kept, even if it fits */
    memcpy(name + JSON_STRING_BYTES_KEPT - 1,
           "\xc3\xa9"
           "b",
           4);
    decode_name(&d, name);
    ck_assert_uint_eq(strlen(d.error.pointer),
                      strlen("/particles/0/...") + JSON_STRING_BYTES_KEPT - 1);
    decoded_free(&d);

    /* characters of 1 to 4 bytes, and escapes, at every offset from the limit */
    static const char *const pieces[] = {"\xc3\xa9",       "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                         "\\ud83d\\ude00", "\\u0001",      "~/",
                                         "\\u0000",        "\xc2\x85",     "\x7f"};
    for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
        for (size_t shift = 0; shift < 5; shift++) {
            memset(name, 'b', shift);
            name[shift] = '\0';
            for (size_t i = 0; i < 80; i++)
                strcat(name, pieces[p]);
            decode_name(&d, name);
            ck_assert_msg(is_clean(d.error.pointer), "%s", d.error.pointer);
            ck_assert_msg(is_clean(d.error.detail), "%s", d.error.detail);
            ck_assert_ptr_nonnull(strstr(d.error.detail, "...\": did you mean"));
            decoded_free(&d);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("codec/json_builder");
    TCase *tcase = suite_case(suite, "invalid");
    tcase_add_test(tcase, root);
    tcase_add_test(tcase, options);
    tcase_add_test(tcase, objects);
    tcase_add_test(tcase, objects_in_the_middle);
    tcase_add_test(tcase, triples);
    tcase_add_test(tcase, columns);
    tcase_add_test(tcase, first_error_is_reported);
    tcase_add_test(tcase, tiny_numbers_read_as_zero);
    tcase_add_test(tcase, long_names_are_truncated_between_characters);
    return suite_run(suite);
}
