/* POST /simulate: shapes, options, values, headers. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../harness/harness.h"

static struct daemon server;

static void start(void)
{
    daemon_start(&server, NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

/* The published test set after the default options. */
static const double published[3][3] = {
    {0.210269, 0.543863, 1}, {-0.099334, -0.490034, -1}, {0.191358, -0.365227, 3}};

static const char *const column_names[] = {"x", "y", "ang_vel"};

static double coordinate(const struct reply *reply, const char *format, int particle, int column)
{
    char pointer[64];
    if (strcmp(format, "objects") == 0)
        snprintf(pointer, sizeof pointer, "/particles/%d/%s", particle, column_names[column]);
    else if (strcmp(format, "triples") == 0)
        snprintf(pointer, sizeof pointer, "/particles/%d/%d", particle, column);
    else
        snprintf(pointer, sizeof pointer, "/particles/%s/%d", column_names[column], particle);
    return reply_number(reply, pointer);
}

START_TEST(shape_is_echoed)
{
    static const char *const cases[][2] = {
        {"objects", "{\"particles\":[{\"x\":0.3,\"y\":0.5,\"ang_vel\":1},"
                    "{\"ang_vel\":-1,\"y\":-0.5,\"x\":0},{\"x\":-0.1,\"y\":-0.4,\"ang_vel\":3}]}"},
        {"triples", THREE_BODY},
        {"columns",
         "{\"particles\":{\"x\":[0.3,0,-0.1],\"y\":[0.5,-0.5,-0.4],\"ang_vel\":[1,-1,3]}}"},
    };
    const char *shape = cases[_i][0];
    const struct reply *reply = http_simulate(&server, cases[_i][1]);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_str_eq(reply_header(reply, "Content-Type"), "application/json");
    for (int particle = 0; particle < 3; particle++)
        for (int column = 0; column < 3; column++)
            ck_assert_double_eq_tol(coordinate(reply, shape, particle, column),
                                    published[particle][column], 1e-5);
    json_t *particles = reply_at(reply, "/particles");
    if (_i == 2)
        ck_assert_uint_eq(json_object_size(particles), 3);
    else
        ck_assert_uint_eq(json_array_size(particles), 3);

    /* the particles of a response are valid in the next request */
    char *again = json_dumps(particles, JSON_COMPACT);
    char body[1024];
    snprintf(body, sizeof body, "{\"particles\":%s,\"dt\":0}", again);
    free(again);
    char before[17 * 9 + 1] = "", after[17 * 9 + 1] = "";
    for (int i = 0; i < 9; i++)
        sprintf(before + strlen(before), "%a ", coordinate(reply, shape, i / 3, i % 3));
    reply = http_simulate(&server, body);
    for (int i = 0; i < 9; i++)
        sprintf(after + strlen(after), "%a ", coordinate(reply, shape, i / 3, i % 3));
    ck_assert_str_eq(before, after);
}
END_TEST

START_TEST(every_method_computes_the_published_set)
{
    static const char *const methods[] = {"reference", "fast", "euler", "closed_form", "analytic"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        char target[64];
        snprintf(target, sizeof target, "/simulate?method=%s", methods[i]);
        const struct reply *reply = http(&server, "POST", target, THREE_BODY, NULL);
        ck_assert_int_eq(reply->status, 200);
        bool circle = strcmp(methods[i], "analytic") == 0; /* differs from the polygon by 1.1e-5 */
        for (int at = 0; at < 9; at++)
            ck_assert_double_eq_tol(coordinate(reply, "triples", at / 3, at % 3),
                                    published[at / 3][at % 3], circle ? 1.2e-5 : 1e-5);
        ck_assert_str_eq(reply_text(reply, "/method"), methods[i]);
        ck_assert_int_eq((int)reply_number(reply, "/steps"), circle ? 0 : 10000);
        ck_assert_int_eq((int)reply_number(reply, "/timing/particle_steps"), circle ? 0 : 30000);
    }
}
END_TEST

/* The daemon gives the same bits as the program in CPython. */
START_TEST(reference_equals_cpython)
{
    json_error_t error;
    json_t *data = json_load_file(TESTS_DIR "/data/cpython_evolve.json", 0, &error);
    ck_assert_msg(data, "%s", error.text);
    size_t i, k;
    json_t *one, *after, *cases = json_object_get(data, "cases");
    ck_assert_uint_ge(json_array_size(cases), 5);
    json_array_foreach(cases, i, one)
    {
        json_t *request = json_pack("{sO sO sO ss}", "particles", json_object_get(one, "before"),
                                    "dt", json_object_get(one, "dt"), "timestep",
                                    json_object_get(one, "timestep"), "method", "reference");
        char *body = json_dumps(request, JSON_COMPACT);
        const struct reply *reply = http_simulate(&server, body);
        ck_assert_int_eq(reply->status, 200);
        ck_assert_int_eq((int)reply_number(reply, "/steps"),
                         (int)json_number_value(json_object_get(one, "steps")));
        json_array_foreach(json_object_get(one, "after"), k, after) for (int c = 0; c < 3; c++)
            ck_assert_double_eq(coordinate(reply, "triples", (int)k, c),
                                json_number_value(json_array_get(after, (size_t)c)));
        free(body);
        json_decref(request);
    }
    json_decref(data);
}
END_TEST

START_TEST(numbers_are_shortest)
{
    const struct reply *reply = http_simulate(
        &server, "{\"particles\":[[0.1,-0.0,0],[1e-170,0.5,0],[5,1e22,0],[0.30000000000000004,1,"
                 "0]],\"dt\":0.3}");
    ck_assert_ptr_nonnull(
        strstr(reply->body, "[[0.1,-0.0,0],[1e-170,0.5,0],[5,1e+22,0],[0.30000000000000004,1,0]]"));
    /* the truncated IEEE quotient */
    ck_assert_int_eq((int)reply_number(reply, "/steps"), 29999);
    ck_assert_ptr_nonnull(strstr(reply->body, "\"dt\":0.3,\"timestep\":1e-05"));
}
END_TEST

START_TEST(options_in_body_and_query_agree)
{
    const struct reply *reply =
        http_simulate(&server, "{\"frames\":1,\"method\":\"euler\",\"dt\":0.02,\"timestep\":1e-4,"
                               "\"particles\":[[0.3,0.5,1]]}");
    ck_assert_int_eq((int)reply_number(reply, "/steps"), 200);
    double x = coordinate(reply, "triples", 0, 0);
    reply = http(&server, "POST", "/simulate?method=euler&timestep=1e-4&dt=0.02&frames=1",
                 "{\"particles\":[[0.3,0.5,1]]}", NULL);
    ck_assert_int_eq((int)reply_number(reply, "/steps"), 200);
    ck_assert_double_eq(coordinate(reply, "triples", 0, 0), x);
    ck_assert_double_eq(reply_number(reply, "/dt"), 0.02);
    ck_assert_double_eq(reply_number(reply, "/timestep"), 1e-4);
    /* options in both places; an escaped and an unescaped plus in an exponent */
    reply = http(&server, "POST", "/simulate?timestep=1e-4&method=eule%72",
                 "{\"particles\":[[0.3,0.5,1]],\"dt\":0.02}", NULL);
    ck_assert_double_eq(coordinate(reply, "triples", 0, 0), x);
    reply = http(&server, "POST", "/simulate?dt=2e%2B0&timestep=1e+0",
                 "{\"particles\":[[0.3,0.5,1]]}", NULL);
    ck_assert_int_eq((int)reply_number(reply, "/steps"), 2);
    reply = http(&server, "POST", "/simulate?&times=0,1e+0,2e%2B0&&timestep=1e+0&",
                 "{\"particles\":[[0.3,0.5,1]]}", NULL);
    ck_assert_int_eq((int)reply_number(reply, "/steps"), 2);
}
END_TEST

/* 1024 bytes, as in a body; the message for a longer number names the limit. */
START_TEST(the_longest_number_of_a_query)
{
    static const char *const names[] = {"dt", "times"};
    char number[1026], target[1100];
    for (int over = 0; over < 2; over++) {
        snprintf(number, sizeof number, "0.%0*d", 1022 + over, 1);
        memset(number + 2, '3', 1022u + (unsigned)over);
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            snprintf(target, sizeof target, "/simulate?%s=%s", names[i], number);
            const struct reply *reply = http(&server, "POST", target, THREE_BODY, NULL);
            if (over) {
                reply_is_problem(reply, 422, "invalid-request");
                ck_assert_ptr_nonnull(strstr(reply_text(reply, "/detail"), "1024 bytes"));
            } else {
                ck_assert_double_eq(reply_number(reply, "/dt"), 1 / 3.0);
            }
        }
    }
}
END_TEST

START_TEST(timing_is_complete)
{
    static const char *const phases[] = {"receive", "parse", "queue", "evolve", "serialize"};
    const struct reply *reply = http(&server, "POST", "/simulate?method=euler", THREE_BODY, NULL);
    double sum = 0;
    char pointer[64];
    for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
        snprintf(pointer, sizeof pointer, "/timing/%s_s", phases[i]);
        ck_assert_double_gt(reply_number(reply, pointer), 0);
        /* parsing is part of receiving */
        sum += i == 1 ? 0 : reply_number(reply, pointer);
        ck_assert_msg(strstr(reply_header(reply, "Server-Timing"), phases[i]), "%s", phases[i]);
    }
    double total = reply_number(reply, "/timing/total_s");
    ck_assert_double_ge(total, sum * (1 - 1e-9));
    ck_assert_double_le(reply_number(reply, "/timing/parse_s"), total);
    ck_assert_double_eq_tol(reply_number(reply, "/timing/particle_steps_per_s"),
                            30000 / reply_number(reply, "/timing/evolve_s"), 1);
    ck_assert_int_eq((int)reply_number(reply, "/timing/threads"), 1);

    /* Server-Timing has milliseconds, and its total ends later. */
    double header_ms = -1;
    const char *at = strstr(reply_header(reply, "Server-Timing"), "total;dur=");
    ck_assert_ptr_nonnull(at);
    ck_assert_int_eq(sscanf(at, "total;dur=%lf", &header_ms), 1);
    ck_assert_double_ge(header_ms, total * 1e3 - 1e-3);
}
END_TEST

START_TEST(content_types_that_are_json)
{
    static const char *const types[] = {
        "Content-Type: application/json", "Content-Type: application/json; charset=utf-8",
        "Content-Type: Application/JSON ;charset=\"utf-8\"", "Content-Type:", /* no header */
        "Content-Type: application/x-www-form-urlencoded"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const struct reply *reply = http(&server, "POST", "/simulate", THREE_BODY, types[i], NULL);
        ck_assert_msg(reply->status == 200, "%s: %s", types[i], reply->body);
    }
}
END_TEST

START_TEST(accepts_that_are_json)
{
    static const char *const accepts[] = {"Accept: application/json",
                                          "Accept: */*",
                                          "Accept: application/*;q=0.1",
                                          "Accept:",
                                          "Accept: text/html, application/json;q=0.5",
                                          "Accept: application/json, text/html;q=0"};
    for (size_t i = 0; i < sizeof accepts / sizeof *accepts; i++) {
        const struct reply *reply =
            http(&server, "POST", "/simulate", THREE_BODY, accepts[i], "Accept-Encoding: gzip, br",
                 "Content-Encoding: identity", NULL);
        ck_assert_msg(reply->status == 200, "%s: %s", accepts[i], reply->body);
        ck_assert_ptr_null(reply_header(reply, "Content-Encoding"));
    }
}
END_TEST

START_TEST(head_and_options)
{
    const struct reply *reply = http(&server, "OPTIONS", "/simulate", NULL, NULL);
    ck_assert_int_eq(reply->status, 204);
    ck_assert_str_eq(reply_header(reply, "Allow"), "POST, OPTIONS");
    reply = http(&server, "OPTIONS", "/bench", NULL, NULL);
    ck_assert_int_eq(reply->status, 204);
    ck_assert_str_eq(reply_header(reply, "Allow"), "GET, HEAD, POST, OPTIONS");
    reply = http(&server, "OPTIONS", "/version", NULL, NULL);
    ck_assert_int_eq(reply->status, 204);
    ck_assert_str_eq(reply_header(reply, "Allow"), "GET, HEAD, OPTIONS");
    reply = http(&server, "OPTIONS", "/simulate", "ignored", NULL);
    ck_assert_int_eq(reply->status, 204);

    static const char *const paths[] = {"/livez",   "/readyz",       "/healthz",
                                        "/version", "/openapi.json", "/metrics"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        reply = http_get(&server, paths[i]);
        ck_assert_int_eq(reply->status, 200);
        ck_assert_uint_gt(reply->size, 0);
        char length[32];
        snprintf(length, sizeof length, "%zu", reply->size);
        reply = http(&server, "HEAD", paths[i], NULL, NULL);
        ck_assert_int_eq(reply->status, 200);
        ck_assert_uint_eq(reply->size, 0);
        if (strcmp(paths[i], "/metrics") != 0) /* its length changes */
            ck_assert_str_eq(reply_header(reply, "Content-Length"), length);
        ck_assert_int_eq((int)reply->connects, 0);
    }
}
END_TEST

/* The set is large enough to be split over the workers and received in many pieces (trap 8). The
 * values depend on neither. */
START_TEST(large_sets_are_split)
{
    enum { COUNT = 20000 };
    size_t size = 0, used = 0;
    char *body = malloc(size = COUNT * 40 + 100);
    ck_assert_ptr_nonnull(body);
    used = (size_t)sprintf(body, "{\"dt\":0.01,\"method\":\"euler\",\"particles\":[");
    for (int i = 0; i < COUNT; i++)
        used += (size_t)snprintf(body + used, size - used, "%s[%.3f,0.5,%d]", i ? "," : "",
                                 0.001 * (i % 100), i % 7 - 3);
    snprintf(body + used, size - used, "]}");
    const struct reply *reply = http_simulate(&server, body);
    free(body);
    ck_assert_int_eq(reply->status, 200);
    json_t *particles = reply_at(reply, "/particles");
    ck_assert_uint_eq(json_array_size(particles), COUNT);
    /* The particles repeat after 700; the first of them are checked one by one. */
    for (size_t i = 700; i < COUNT; i++)
        ck_assert(json_equal(json_array_get(particles, i), json_array_get(particles, i % 700)));
    char *first[8];
    for (size_t i = 0; i < 8; i++)
        first[i] = json_dumps(json_array_get(particles, i), JSON_REAL_PRECISION(17));
    for (int i = 0; i < 8; i++) {
        char one[128];
        snprintf(one, sizeof one,
                 "{\"dt\":0.01,\"method\":\"euler\",\"particles\":[[%.3f,0.5,%d]]}", 0.001 * i,
                 i % 7 - 3);
        char *alone = json_dumps(reply_at(http_simulate(&server, one), "/particles/0"),
                                 JSON_REAL_PRECISION(17));
        ck_assert_str_eq(alone, first[i]);
        free(alone);
        free(first[i]);
    }
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("endpoints/simulate");
    TCase *tcase = suite_case(suite, "simulate");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, shape_is_echoed, 0, 3);
    tcase_add_test(tcase, every_method_computes_the_published_set);
    tcase_add_test(tcase, reference_equals_cpython);
    tcase_add_test(tcase, numbers_are_shortest);
    tcase_add_test(tcase, options_in_body_and_query_agree);
    tcase_add_test(tcase, the_longest_number_of_a_query);
    tcase_add_test(tcase, timing_is_complete);
    tcase_add_test(tcase, content_types_that_are_json);
    tcase_add_test(tcase, accepts_that_are_json);
    tcase_add_test(tcase, head_and_options);
    tcase_add_test(tcase, large_sets_are_split);
    return suite_run(suite);
}
