/* POST /simulate with several frames: as a document, lines, CSV and SVG; and slow readers. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../harness/harness.h"

#define LINES "Accept: application/x-ndjson"

/* A thousand steps of a power of two each, so that the times of the frames are exact. */
#define STEPS 1000
#define STEP 0x1p-10

#define ENDLESS "?frames=1000000&method=closed_form&dt=1e9&timestep=1"

static struct daemon server;

static void start(void)
{
    daemon_start(&server, "--workers", "1", SLOW_OPTIONS, NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

/* The positions of the published set after `steps` steps, from a separate request. */
static void positions_after(const char *method, int steps, double out[3][3])
{
    char target[128];
    snprintf(target, sizeof target, "/simulate?method=%s&timestep=%.17g&dt=%.17g", method, STEP,
             steps * STEP);
    const struct reply *reply = http(&server, "POST", target, THREE_BODY, NULL);
    ck_assert_msg(reply->status == 200, "%s", reply->body);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            char pointer[64];
            snprintf(pointer, sizeof pointer, "/particles/%d/%d", i, j);
            out[i][j] = reply_number(reply, pointer);
        }
}

/* A frame equals the result of a request that ends at its time. Only with euler the last digits may
 * differ, because it continues from the frame before. */
static void check_particles(const json_t *particles, const char *method, int steps)
{
    double expected[3][3];
    double tolerance = strcmp(method, "euler") == 0 ? 1e-13 : 0;
    positions_after(method, steps, expected);
    ck_assert_uint_eq(json_array_size(particles), 3);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            double value = json_number_value(json_array_get(json_array_get(particles, i), j));
            ck_assert_msg(fabs(value - expected[i][j]) <= tolerance, "%s, %d steps: %a, not %a",
                          method, steps, value, expected[i][j]);
        }
}

static const char *const methods[] = {"closed_form", "analytic", "euler", "fast", "reference"};

static json_t *parse(const char *text, size_t size)
{
    json_error_t error;
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(json, "%s in: %.*s", error.text, (int)size, text);
    return json;
}

static void check_frame(const json_t *frame, const char *method, int steps)
{
    bool circle = strcmp(method, "analytic") == 0;
    ck_assert_uint_eq(json_object_size(frame), 3);
    ck_assert_int_eq(json_integer_value(json_object_get(frame, "step")), circle ? 0 : steps);
    ck_assert_double_eq(json_number_value(json_object_get(frame, "time")), steps * STEP);
    check_particles(json_object_get(frame, "particles"), method, steps);
}

START_TEST(a_document_of_frames)
{
    char target[128];
    snprintf(target, sizeof target, "/simulate?frames=4&method=%s&timestep=%.17g&dt=%.17g",
             methods[_i], STEP, STEPS * STEP);
    const struct reply *reply = http(&server, "POST", target, THREE_BODY, NULL);
    ck_assert_int_eq(reply->status, 200);
    json_t *root = json_incref(reply->json);
    ck_assert_ptr_null(json_object_get(root, "particles"));
    ck_assert_int_eq(json_integer_value(json_object_get(root, "steps")), _i == 1 ? 0 : STEPS);
    ck_assert_str_eq(json_string_value(json_object_get(root, "method")), methods[_i]);
    ck_assert_ptr_nonnull(json_object_get(json_object_get(root, "timing"), "serialize_s"));
    json_t *frames = json_object_get(root, "frames");
    ck_assert_uint_eq(json_array_size(frames), 4);
    for (int k = 1; k <= 4; k++)
        check_frame(json_array_get(frames, (size_t)k - 1), methods[_i], STEPS * k / 4);
    json_decref(root);
}
END_TEST

START_TEST(listed_times)
{
    char target[128];
    snprintf(target, sizeof target, "/simulate?method=%s&timestep=%.17g&times=0,%.17g,%.17g",
             methods[_i], STEP, 7 * STEP, 900 * STEP);
    const struct reply *reply = http(&server, "POST", target, THREE_BODY, LINES, NULL);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_str_eq(reply_header(reply, "Content-Type"), "application/x-ndjson");
    char *text = strdup(reply->body), *line = text;
    static const int steps[] = {0, 7, 900};
    for (int k = 0; k < 3; k++) {
        size_t size = strcspn(line, "\n");
        json_t *frame = parse(line, size);
        check_frame(frame, methods[_i], steps[k]);
        json_decref(frame);
        line += size + 1;
    }
    json_t *last = parse(line, strlen(line));
    ck_assert_double_eq(json_number_value(json_object_get(last, "dt")), 900 * STEP);
    ck_assert(json_is_object(json_object_get(last, "timing")));
    ck_assert_ptr_null(json_object_get(last, "frames"));
    json_decref(last);
    ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
    free(text);
}
END_TEST

START_TEST(shapes_and_counts)
{
    static const char *const particles[] = {
        "[{\"x\":0.3,\"y\":0.5,\"ang_vel\":0}]",
        "[[0.3,0.5,0]]",
        "{\"x\":[0.3],\"y\":[0.5],\"ang_vel\":[0]}",
    };
    for (size_t i = 0; i < 3; i++) {
        char body[128];
        snprintf(body, sizeof body, "{\"particles\":%s,\"frames\":3}", particles[i]);
        const struct reply *reply = http_simulate(&server, body);
        ck_assert_uint_eq(json_array_size(reply_at(reply, "/frames")), 3);
        ck_assert_ptr_nonnull(strstr(reply->body, particles[i]));
        /* one frame is an ordinary response; as lines it is a line */
        snprintf(body, sizeof body, "{\"frames\":1,\"particles\":%s}", particles[i]);
        reply = http_simulate(&server, body);
        reply_at(reply, "/particles");
        reply = http(&server, "POST", "/simulate", body, LINES, NULL);
        ck_assert_ptr_eq(strstr(reply->body, "{\"step\":10000,\"time\":0.1,\"particles\""),
                         reply->body);
    }
    /* more frames than steps: some frames have the same step */
    const struct reply *reply =
        http(&server, "POST", "/simulate?frames=7&dt=3&timestep=1", THREE_BODY, NULL);
    for (int k = 1; k <= 7; k++) {
        char pointer[32];
        snprintf(pointer, sizeof pointer, "/frames/%d/step", k - 1);
        ck_assert_int_eq((int)reply_number(reply, pointer), 3 * k / 7);
    }
}
END_TEST

START_TEST(csv_has_a_column_for_the_frame)
{
    const struct reply *reply = http(&server, "POST", "/simulate?frames=2",
                                     "{\"particles\":[[1,2,0],[3,4,0]]}", "Accept: text/csv", NULL);
    ck_assert_str_eq(reply->body, "frame,x,y,ang_vel\n1,1,2,0\n1,3,4,0\n2,1,2,0\n2,3,4,0\n");
    ck_assert_str_eq(reply_header(reply, "Particled-Steps"), "10000");
    ck_assert_str_eq(reply_header(reply, "Particled-Method"), "closed_form");
}
END_TEST

#define SVG "Accept: image/svg+xml"

START_TEST(svg_images)
{
    static const char *const queries[] = {"", "?frames=1", "?frames=5", "?animate=1",
                                          "?animate=0&times=0.1,0.3"};
    static const char *const titles[] = {
        ">closed_form: 10000 steps of 1e-05, time 0.1<",
        ">closed_form: 10000 steps of 1e-05, time 0.1<",
        ">closed_form: 10000 steps of 1e-05, time 0.1<",
        ">closed_form: 10000 steps of 1e-05, time 0.1<",
        ">closed_form: 29999 steps of 1e-05, time 0.3<",
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        char target[64];
        snprintf(target, sizeof target, "/simulate%s", queries[i]);
        const struct reply *reply = http(&server, "POST", target, THREE_BODY, SVG, NULL);
        ck_assert_int_eq(reply->status, 200);
        ck_assert_str_eq(reply_header(reply, "Content-Type"), "image/svg+xml");
        ck_assert_ptr_eq(strstr(reply->body, "<svg xmlns="), reply->body);
        ck_assert_ptr_nonnull(strstr(reply->body, titles[i]));
        ck_assert_ptr_nonnull(strstr(reply->body, ">3 particles;"));
        ck_assert_int_eq(strstr(reply->body, "<animateMotion") != NULL, i == 3);
        ck_assert_str_eq(reply->body + reply->size - 7, "</svg>\n");
    }
    const struct reply *reply =
        http(&server, "POST", "/simulate?method=analytic&dt=2", THREE_BODY, SVG, NULL);
    ck_assert_ptr_nonnull(strstr(reply->body, ">analytic: time 2<"));
    reply = http(&server, "POST", "/simulate?method=euler&dt=0", THREE_BODY, SVG, NULL);
    ck_assert_ptr_nonnull(strstr(reply->body, ">euler: 0 steps of 1e-05, time 0<"));
    reply_is_problem(http(&server, "POST", "/simulate", "{\"particles\":[[0,0,1]]}", SVG, NULL),
                     422, "outside-domain");
    static const char *const wrong[] = {"?animate=", "?animate=2", "?animate=yes", "?animate=1%00"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char target[64];
        snprintf(target, sizeof target, "/simulate%s", wrong[i]);
        reply = http(&server, "POST", target, THREE_BODY, SVG, NULL);
        reply_is_problem(reply, 422, "invalid-request");
        ck_assert_str_eq(reply_text(reply, "/parameter"), "animate");
    }
    reply = http(&server, "POST", "/simulate?animate=1", THREE_BODY, NULL);
    reply_is_problem(reply, 422, "invalid-request");
    ck_assert_str_eq(reply_text(reply, "/parameter"), "animate");
}
END_TEST

START_TEST(bad_options)
{
    static const struct {
        const char *query, *options, *position; /* of the error */
    } rows[] = {
        {"?frames=0", "", "frames"},
        {"?frames=1000001", "", "frames"},
        {"?frames=2", ",\"frames\":2", "frames"},
        {"?times=", "", "times"},
        {"?times=0.1,", "", "times"},
        {"?times=0.1,x", "", "times"},
        {"?times=0.2,0.1", "", "times"},
        {"?times=-1", "", "times"},
        {"?times=1e999", "", "times"},
        {"?times=0.1&frames=2", "", "times"},
        {"?times=0.1", ",\"dt\":1", "times"},
        {"?times=0.1", ",\"times\":[1]", "times"},
        {"", ",\"times\":[]", "/times"},
        {"", ",\"times\":1", "/times"},
        {"", ",\"times\":{}", "/times"},
        {"", ",\"times\":[\"1\"]", "/times/0"},
        {"", ",\"times\":[0,0]", "/times/1"},
        {"", ",\"times\":[0,[1]]", "/times/1"},
        {"", ",\"times\":[0,1e400]", "/times/1"},
        {"", ",\"times\":[1],\"frames\":2", "/times"},
        {"", ",\"times\":[1e300]", "/times"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char target[128], body[128];
        snprintf(target, sizeof target, "/simulate%s", rows[i].query);
        snprintf(body, sizeof body, "{\"particles\":[[0.3,0.5,1]]%s}", rows[i].options);
        const struct reply *reply = http(&server, "POST", target, body, NULL);
        reply_is_problem(reply, 422, "invalid-request");
        const char *position = *rows[i].position == '/' ? "/pointer" : "/parameter";
        ck_assert_msg(strcmp(reply_text(reply, position), rows[i].position) == 0, "%zu: %s", i,
                      reply->body);
    }
    /* an error that is found before the first frame is an ordinary response */
    reply_is_problem(
        http(&server, "POST", "/simulate?frames=5", "{\"particles\":[[0,0,1]]}", LINES, NULL), 422,
        "outside-domain");
    reply_is_problem(
        http(&server, "POST", "/simulate?frames=5", THREE_BODY, "Accept-Encoding: *;q=0", NULL),
        406, "not-acceptable");
}
END_TEST

START_TEST(the_limit_of_times)
{
    char *body = malloc(20 * 10002), *end = body;
    for (int over = 0; over < 2; over++) {
        end = body + sprintf(body, "{\"particles\":[[1,2,0]],\"times\":[0");
        for (int i = 1; i < 10000 + over; i++)
            end += sprintf(end, ",%d", i);
        strcpy(end, "]}");
        const struct reply *reply = http(&server, "POST", "/simulate", body, LINES, NULL);
        ck_assert_int_eq(reply->status, over ? 422 : 200);
        if (over)
            ck_assert_str_eq(reply_text(reply, "/pointer"), "/times/10000");
    }
    free(body);
}
END_TEST

/* 100 particles; a million frames of them are 5 GB of lines. */
static int start_endless(void)
{
    char *body = malloc(100 * 16 + 64), *end = body + sprintf(body, "{\"particles\":[[1,2,3]");
    for (int i = 1; i < 100; i++)
        end += sprintf(end, ",[1,2,3]");
    strcpy(end, "]}");
    int fd = raw_open(&server);
    ck_assert(raw_sendf(fd,
                        "POST /simulate" ENDLESS " HTTP/1.1\r\nHost: x\r\n" LINES
                        "\r\nContent-Length: %zu\r\n\r\n%s",
                        strlen(body), body));
    free(body);
    return fd;
}

static double computed_frames(void)
{
    return metric(&server, "particled_particles_total{method=\"closed_form\"}") / 100;
}

/* Waits until the job computes no more frames. */
static void await_full_buffers(void)
{
    await_metric(&server, "particled_jobs_in_flight", 1);
    double before = -1, now = 0;
    for (int i = 0; i < 600 && now != before; i++) {
        before = now;
        usleep(100000);
        now = computed_frames();
    }
    ck_assert_double_gt(now, 0);
    ck_assert_double_lt(now, 200000);
}

START_TEST(a_slow_reader_stops_the_computation)
{
    int fd = start_endless();
    await_full_buffers();
    ck_assert_double_lt(metric(&server, "particled_memory_used_bytes"), 1 << 20);
    /* the only worker serves other requests meanwhile */
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(
            http_simulate(&server, "{\"particles\":[[1,2,3]],\"method\":\"euler\"}")->status, 200);
    close(fd);
    await_metric(&server, "particled_jobs_in_flight", 0);
    await_metric(&server, "particled_cancelled_total", 1);
}
END_TEST

/* Waiting for the client is not part of the computation: three deadlines pass. */
START_TEST(the_deadline_does_not_count_waiting)
{
    daemon_start(&server, "--workers", "1", "--request-timeout", "1", NULL);
    int fd = start_endless();
    char buffer[4096];
    for (int i = 0; i < 15; i++) {
        usleep(200000);
        for (int taken = 0; taken < 2000;) {
            ssize_t size = read(fd, buffer, 2000);
            ck_assert_int_gt(size, 0);
            taken += (int)size;
        }
    }
    ck_assert_double_eq(metric(&server, "particled_jobs_in_flight"), 1);
    close(fd);
    await_metric(&server, "particled_jobs_in_flight", 0);
    daemon_finish(&server);
}
END_TEST

/* The computation of all frames together has one deadline, however fast the client reads. */
START_TEST(the_deadline_counts_computing)
{
    daemon_start(&server, "--workers", "1", "--request-timeout", "0.5", NULL);
    int fd = start_endless();
    const char *text = raw_read_all(fd);
    ck_assert_ptr_nonnull(strstr(text, "urn:particled:problem:deadline-passed"));
    ck_assert_ptr_null(strstr(text, "\r\n0\r\n"));
    await_requests_done(&server, "/simulate", 504, 1);
    close(fd);
    daemon_finish(&server);
}
END_TEST

START_TEST(a_drain_ends_the_frames_with_a_problem)
{
    daemon_start(&server, "--workers", "1", "--drain-timeout", "0", NULL);
    int fd = start_endless();
    await_full_buffers();
    kill(server.pid, SIGTERM);
    const char *text = raw_read_all(fd);
    ck_assert_ptr_nonnull(strstr(text, "urn:particled:problem:draining"));
    ck_assert_ptr_null(strstr(text, "\r\n0\r\n")); /* the response is not complete */
    ck_assert_int_eq(daemon_wait(&server), 0);
    close(fd);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("endpoints/simulate/frames");
    TCase *tcase = suite_case(suite, "frames");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, a_document_of_frames, 0, 5);
    tcase_add_loop_test(tcase, listed_times, 0, 5);
    tcase_add_test(tcase, shapes_and_counts);
    tcase_add_test(tcase, csv_has_a_column_for_the_frame);
    tcase_add_test(tcase, svg_images);
    tcase_add_test(tcase, bad_options);
    tcase_add_test(tcase, the_limit_of_times);
    tcase_add_test(tcase, a_slow_reader_stops_the_computation);
    tcase = suite_case(suite, "ends");
    tcase_add_test(tcase, the_deadline_does_not_count_waiting);
    tcase_add_test(tcase, the_deadline_counts_computing);
    tcase_add_test(tcase, a_drain_ends_the_frames_with_a_problem);
    return suite_run(suite);
}
