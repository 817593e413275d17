/* POST /bench: a benchmark with the particles of the body. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../harness/harness.h"

#define QUICK "max_time=0.01&min_rounds=2&warmup=0"
#define OBJECTS_BODY                                                                               \
    "{\"particles\":[{\"x\":0.3,\"y\":0.5,\"ang_vel\":1},{\"x\":0,\"y\":-0.5,\"ang_vel\":-1},"     \
    "{\"x\":-0.1,\"y\":-0.4,\"ang_vel\":3}]}"
#define THREE "[[0.3,0.5,1],[0,-0.5,-1],[-0.1,-0.4,3]]"

static struct daemon server;

static void start(void)
{
    daemon_start(&server, "--workers", "2", "--max-particles", "5000", "--max-body", "100000",
                 NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

static const struct reply *post(const char *query, const char *body)
{
    char target[256];
    snprintf(target, sizeof target, "/bench?%s", query);
    return http(&server, "POST", target, body, NULL);
}

/* The largest distance between the end points of the circle and the polygon, from /simulate. */
static double distance(void)
{
    double ends[2][3][2], largest = 0;
    for (int m = 0; m < 2; m++) {
        const struct reply *reply =
            http(&server, "POST", m ? "/simulate?method=analytic" : "/simulate", THREE_BODY, NULL);
        ck_assert_int_eq(reply->status, 200);
        for (int i = 0; i < 3; i++)
            for (int c = 0; c < 2; c++) {
                char pointer[32];
                snprintf(pointer, sizeof pointer, "/particles/%d/%d", i, c);
                ends[m][i][c] = reply_number(reply, pointer);
            }
    }
    for (int i = 0; i < 3; i++) {
        double x = ends[0][i][0] - ends[1][i][0], y = ends[0][i][1] - ends[1][i][1];
        largest = x * x + y * y > largest ? x * x + y * y : largest;
    }
    return largest;
}

/* The result shows that the particles of the body were measured. */
START_TEST(the_particles_of_the_body_are_measured)
{
    static const char *const bodies[] = {
        "{\"particles\":" THREE "}",
        OBJECTS_BODY,
        "{\"particles\":{\"x\":[0.3,0,-0.1],\"y\":[0.5,-0.5,-0.4],\"ang_vel\":[1,-1,3]}}",
    };
    double expected = distance();
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        const struct reply *reply = post("methods=analytic,reference&" QUICK, bodies[i]);
        ck_assert_int_eq(reply->status, 200);
        ck_assert_uint_eq(json_array_size(reply_at(reply, "/benchmarks")), 2);
        ck_assert_str_eq(reply_text(reply, "/benchmarks/0/name"), "analytic");
        ck_assert_int_eq((int)reply_number(reply, "/benchmarks/0/extra_info/particles"), 3);
        ck_assert(json_is_null(reply_at(reply, "/benchmarks/0/extra_info/seed")));
        double found =
            reply_number(reply, "/benchmarks/0/extra_info/max_difference_from_reference");
        ck_assert_double_eq_tol(found * found, expected, 1e-6 * expected);
    }
    await_requests_done(&server, "/bench", 200, 3);
}
END_TEST

START_TEST(formats)
{
    const struct reply *reply =
        http(&server, "POST", "/bench?methods=euler&" QUICK, "x,y,ang_vel\n0.3,0.5,1\n0,-0.5,-1\n",
             "Content-Type: text/csv", NULL);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_int_eq((int)reply_number(reply, "/benchmarks/0/extra_info/particles"), 2);
    reply = http(&server, "POST", "/bench?" QUICK, THREE_BODY, "Accept: text/plain", NULL);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_ptr_nonnull(strstr(reply->body, "\n3 particles, dt 0.1,"));
    reply =
        http(&server, "POST", "/bench?" QUICK, THREE_BODY, "Accept: application/x-ndjson", NULL);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_ptr_eq(strstr(reply->body, "{\"name\":\"reference\",\"round\":1,"), reply->body);
}
END_TEST

START_TEST(options_of_body_and_query)
{
    const struct reply *reply =
        post(QUICK, "{\"particles\":" THREE ",\"dt\":1,\"timestep\":0.01,\"method\":\"fast\"}");
    ck_assert_int_eq(reply->status, 200);
    ck_assert_uint_eq(json_array_size(reply_at(reply, "/benchmarks")), 1);
    ck_assert_str_eq(reply_text(reply, "/benchmarks/0/name"), "fast");
    ck_assert_int_eq((int)reply_number(reply, "/benchmarks/0/extra_info/steps"), 100);
    reply = post("dt=2&" QUICK, "{\"particles\":" THREE ",\"timestep\":0.01,\"frames\":1}");
    ck_assert_int_eq(reply->status, 200);
    ck_assert_uint_eq(json_array_size(reply_at(reply, "/benchmarks")), 5);
    ck_assert_int_eq((int)reply_number(reply, "/benchmarks/0/extra_info/steps"), 200);
}
END_TEST

/* Query, body, status, type, and the parameter or pointer that the problem names. */
static const struct {
    const char *query, *body;
    int status;
    const char *type, *member, *value;
} bad[] = {
    {"particles=3", THREE_BODY, 422, "invalid-request", "/parameter", "particles"},
    {"seed=3", THREE_BODY, 422, "invalid-request", "/parameter", "seed"},
    {"method=euler", THREE_BODY, 422, "invalid-request", "/parameter", "method"},
    {"dt=1", "{\"particles\":" THREE ",\"dt\":1}", 422, "invalid-request", "/parameter", "dt"},
    {"timestep=1", "{\"particles\":" THREE ",\"timestep\":1}", 422, "invalid-request", "/parameter",
     "timestep"},
    {"methods=fast", "{\"particles\":" THREE ",\"method\":\"fast\"}", 422, "invalid-request",
     "/parameter", "methods"},
    {"min_rounds=0", THREE_BODY, 422, "invalid-request", "/parameter", "min_rounds"},
    {"timestep=1e-300", THREE_BODY, 422, "invalid-request", "/parameter", "timestep"},
    {"", "{\"particles\":" THREE ",\"timestep\":1e-300}", 422, "invalid-request", "/pointer",
     "/timestep"},
    {"dt=1e6&timestep=1e-7", THREE_BODY, 422, "invalid-request", "/pointer", "/particles"},
    {"", "{\"particles\":" THREE ",\"frames\":2}", 422, "invalid-request", "/pointer", "/frames"},
    {"", "{\"particles\":" THREE ",\"times\":[1]}", 422, "invalid-request", "/pointer", "/times"},
    {"", "{\"particles\":[[1,2,3],[0,0,1]]}", 422, "outside-domain", "/pointer", "/particles/1"},
    {"memory=1", "{\"particles\":[[1,2,3],[0,0,1]]}", 422, "outside-domain", "/pointer",
     "/particles/1"},
    {"", "{\"particles\":{\"x\":[1,0],\"y\":[2,0],\"ang_vel\":[3,1]}}", 422, "outside-domain",
     "/pointer", "/particles/x/1"},
    {"", "{\"particles\":[]}", 422, "invalid-request", "/pointer", "/particles"},
    {"", "{\"particles\":[[1,2]]}", 422, "invalid-request", "/pointer", "/particles/0"},
    {"", "{\"particles\":[[1,2,3]", 400, "malformed-body", NULL, NULL},
    {"", "", 400, "malformed-body", NULL, NULL},
};

START_TEST(bad_requests)
{
    char query[64];
    snprintf(query, sizeof query, QUICK "&%s",
             bad[_i].query); /* the last value of a parameter counts */
    const struct reply *reply = post(query, bad[_i].body);
    reply_is_problem(reply, bad[_i].status, bad[_i].type);
    if (bad[_i].member)
        ck_assert_str_eq(reply_text(reply, bad[_i].member), bad[_i].value);
    reply = post("methods=analytic&" QUICK, THREE_BODY);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_int_eq((int)reply->connects, 0);
}
END_TEST

START_TEST(headers_and_limits)
{
    reply_is_problem(http(&server, "POST", "/bench", THREE_BODY, "Content-Type: image/png", NULL),
                     415, "unsupported-media-type");
    reply_is_problem(http(&server, "POST", "/bench", THREE_BODY, "Accept: image/png", NULL), 406,
                     "not-acceptable");
    char *body = malloc(200000);
    ck_assert_ptr_nonnull(body);
    char *end = body + sprintf(body, "{\"particles\":[[1,2,3]");
    for (int i = 0; i < 5000; i++)
        end += sprintf(end, ",[1,2,3]");
    strcpy(end, "]}");
    reply_is_problem(post(QUICK, body), 413, "too-many-particles");
    memset(end, ' ', 100000);
    strcpy(end + 100000, "]}");
    reply_is_problem(post(QUICK, body), 413, "body-too-large");
    free(body);
    ck_assert_int_eq(post("methods=analytic&" QUICK, THREE_BODY)->status, 200);
}
END_TEST

START_TEST(memory_of_own_particles)
{
    const struct reply *reply = post("memory=1", THREE_BODY);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_int_eq((int)reply_number(reply, "/particles"), 3);
    ck_assert_int_eq((int)reply_number(reply, "/set_bytes"), 8 * 24); /* whole cache lines */
    ck_assert(json_is_null(reply_at(reply, "/seed")));
}
END_TEST

/* The standard case of the memory benchmark. */
START_TEST(memory_of_the_standard_case)
{
    daemon_start(&server, NULL);
    const struct reply *reply = http_get(&server, "/bench?particles=100000&dt=0.001&memory=1");
    ck_assert_int_eq(reply->status, 200);
    ck_assert_double_le(reply_number(reply, "/set_bytes"), 24 * 100000 + 4096);
    ck_assert_double_eq(reply_number(reply, "/bytes_per_particle"), 24);
    if (!json_is_null(reply_at(reply, "/heap_set_bytes"))) {
        ck_assert_double_ge(reply_number(reply, "/heap_set_bytes"), 24 * 100000);
        ck_assert_double_le(reply_number(reply, "/heap_set_bytes"), 24 * 100000 + 6 * 4096);
    }
    daemon_finish(&server);
}
END_TEST

/* A second benchmark is refused before its body is read, and again at the end of the body. */
START_TEST(one_benchmark_at_a_time)
{
    int late = raw_open(&server);
    ck_assert(raw_sendf(late,
                        "POST /bench?" QUICK " HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n{",
                        strlen(THREE_BODY)));
    await_metric(&server, "particled_requests_in_flight", 2);
    int fd = raw_open(&server);
    ck_assert(raw_send(fd, "GET /bench?max_time=3600 HTTP/1.1\r\nHost: x\r\n\r\n"));
    await_metric(&server, "particled_workers_busy", 1);
    reply_is_problem(post(QUICK, THREE_BODY), 503, "bench-running");
    ck_assert(raw_send(late, &THREE_BODY[1]));
    reply_is_problem(raw_read(late), 503, "bench-running");
    close(fd), close(late);
    await_metric(&server, "particled_workers_busy", 0);
    ck_assert_int_eq(post(QUICK, THREE_BODY)->status, 200);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("endpoints/bench_post");
    TCase *tcase = suite_case(suite, "post");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, the_particles_of_the_body_are_measured);
    tcase_add_test(tcase, formats);
    tcase_add_test(tcase, options_of_body_and_query);
    tcase_add_loop_test(tcase, bad_requests, 0, sizeof bad / sizeof *bad);
    tcase_add_test(tcase, headers_and_limits);
    tcase_add_test(tcase, memory_of_own_particles);
    tcase_add_test(tcase, one_benchmark_at_a_time);
    tcase = suite_case(suite, "memory");
    tcase_add_test(tcase, memory_of_the_standard_case);
    return suite_run(suite);
}
