/* POST /simulate with NPY bodies and responses. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../codec/npy/npy_body.h"
#include "../../harness/harness.h"

#define NPY "application/x-npy"

/* Bytes of a response before the columns. */
#define HEAD 128

static struct daemon server;

static void start(void)
{
    daemon_start(&server, NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

static const double published[3][3] = {{0.3, 0.5, 1}, {0, -0.5, -1}, {-0.1, -0.4, 3}};

/* --- requests ------------------------------------------------------------------------- */

/* Sends the head of a request and the first `sent` bytes of the body. */
static void send_part(int fd, const char *query, const char *type, const char *accept,
                      const char *body, size_t size, size_t sent)
{
    ck_assert(raw_sendf(fd,
                        "POST /simulate%s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nAccept: "
                        "%s\r\nContent-Length: %zu\r\n\r\n",
                        query, type, accept, size));
    ck_assert(raw_send_bytes(fd, body, sent));
}

static const struct reply *post(int fd, const char *query, const char *type, const char *accept,
                                const char *body, size_t size)
{
    send_part(fd, query, type, accept, body, size, size);
    return raw_read(fd);
}

/* A matrix of `count` particles, in either order; allocated. */
static char *matrix(const double (*numbers)[3], size_t count, bool fortran, size_t *size)
{
    char *bytes = malloc(512 + 24 * count);
    ck_assert_ptr_nonnull(bytes);
    char *out = bytes + npy_put_matrix(bytes, 1, "<f8", fortran, count);
    for (size_t k = 0; k < 3 * count; k++)
        out =
            npy_put_number(out, fortran ? numbers[k % count][k / count] : numbers[k / 3][k % 3], 8);
    *size = (size_t)(out - bytes);
    return bytes;
}

/* A header alone. */
static size_t put_header(char *bytes, size_t count)
{
    return npy_put_matrix(bytes, 1, "<f8", false, count);
}

/* --- responses ------------------------------------------------------------------------ */

static void is_npy(const struct reply *reply, size_t count, const char *method, const char *steps)
{
    char shape[64];
    ck_assert_msg(reply->status == 200, "%s", reply->body);
    ck_assert_str_eq(reply_header(reply, "Content-Type"), NPY);
    ck_assert_str_eq(reply_header(reply, "Particled-Method"), method);
    ck_assert_str_eq(reply_header(reply, "Particled-Steps"), steps);
    ck_assert_ptr_nonnull(strstr(reply_header(reply, "Server-Timing"), "evolve;dur="));
    ck_assert_uint_eq(reply->size, HEAD + 24 * count);
    snprintf(shape, sizeof shape, "'fortran_order': True, 'shape': (%zu, 3), }", count);
    ck_assert_mem_eq(reply->body, "\x93NUMPY\x01\x00", 8);
    ck_assert_ptr_nonnull(strstr(reply->body + 10, shape));
}

static double number_at(const struct reply *reply, size_t count, size_t particle, size_t column)
{
    double value;
    memcpy(&value, reply->body + HEAD + 8 * (column * count + particle), sizeof value);
    return value;
}

/* --- tests ---------------------------------------------------------------------------- */

/* Every pair of formats gives the same numbers. */
START_TEST(every_pair_of_formats)
{
    static const char *const queries[][3] = {
        {"", "closed_form", "10000"},
        {"?method=reference&dt=0.3", "reference", "29999"},
        {"?method=analytic&dt=2", "analytic", "0"},
        {"?timestep=0.01&method=euler", "euler", "10"},
    };
    const char *query = queries[_i][0], *method = queries[_i][1], *steps = queries[_i][2];
    int fd = raw_open(&server);
    const struct reply *reply =
        post(fd, query, "application/json", "application/json", THREE_BODY, strlen(THREE_BODY));
    double expected[3][3];
    char pointer[64];
    for (size_t i = 0; i < 9; i++) {
        snprintf(pointer, sizeof pointer, "/particles/%zu/%zu", i / 3, i % 3);
        expected[i / 3][i % 3] = reply_number(reply, pointer);
    }

    reply = post(fd, query, "application/json", NPY, THREE_BODY, strlen(THREE_BODY));
    is_npy(reply, 3, method, steps);
    for (size_t i = 0; i < 9; i++)
        ck_assert(number_at(reply, 3, i / 3, i % 3) == expected[i / 3][i % 3]);

    for (int fortran = 0; fortran < 2; fortran++) {
        size_t size;
        char *body = matrix(published, 3, fortran, &size);
        reply = post(fd, query, NPY, NPY ", application/json;q=0.5", body, size);
        is_npy(reply, 3, method, steps);
        for (size_t i = 0; i < 9; i++)
            ck_assert(number_at(reply, 3, i / 3, i % 3) == expected[i / 3][i % 3]);

        reply = post(fd, query, NPY "; version=1", "*/*", body, size);
        ck_assert_int_eq(reply->status, 200);
        ck_assert_str_eq(reply_header(reply, "Content-Type"), "application/json");
        ck_assert_ptr_null(reply_header(reply, "Particled-Steps"));
        ck_assert_str_eq(reply_text(reply, "/method"), method);
        ck_assert_int_eq((int)reply_number(reply, "/steps"), atoi(steps));
        for (size_t i = 0; i < 9; i++) { /* as triples */
            snprintf(pointer, sizeof pointer, "/particles/%zu/%zu", i / 3, i % 3);
            ck_assert(reply_number(reply, pointer) == expected[i / 3][i % 3]);
        }
        free(body);
    }
    close(fd);
}
END_TEST

/* A response is a valid body: with 0 steps the next response equals it. */
START_TEST(a_response_is_a_valid_body)
{
    int fd = raw_open(&server);
    const struct reply *reply =
        post(fd, "", "application/json", NPY, THREE_BODY, strlen(THREE_BODY));
    is_npy(reply, 3, "closed_form", "10000");
    char body[HEAD + 72];
    memcpy(body, reply->body, sizeof body);
    reply = post(fd, "?dt=0", NPY, NPY, body, sizeof body);
    is_npy(reply, 3, "closed_form", "0");
    ck_assert_mem_eq(reply->body, body, sizeof body);
    close(fd);
}
END_TEST

/* Particle counts around a multiple of the size of a cache line. */
START_TEST(frames_of_any_count)
{
    double numbers[17][3];
    int fd = raw_open(&server);
    for (size_t count = 1; count <= 17; count++) {
        size_t size;
        memcpy(numbers[count - 1], published[count % 3], sizeof published[0]);
        char *body = matrix((const double(*)[3])numbers, count, false, &size);
        const struct reply *reply = post(fd, "?frames=2", NPY, NPY, body, size);
        ck_assert_msg(reply->status == 200, "%s", reply->body);
        ck_assert_uint_eq(reply->size, HEAD + 2 * 24 * count);
        free(body);
    }
    close(fd);
}
END_TEST

/* The set is split over the workers and received in many pieces. */
START_TEST(large_sets)
{
    enum { COUNT = 200000 };
    double(*numbers)[3] = malloc(sizeof *numbers * COUNT);
    double(*moved)[3] = malloc(sizeof *moved * COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        numbers[i][0] = 1 + (double)i / 1000;
        numbers[i][1] = -0.5;
        numbers[i][2] = (double)(i % 7) - 3;
    }
    int fd = raw_open(&server);
    for (int fortran = 0; fortran < 2; fortran++) {
        size_t size;
        char *body = matrix((const double(*)[3])numbers, COUNT, fortran, &size);
        const struct reply *reply = post(fd, "", NPY, NPY, body, size);
        is_npy(reply, COUNT, "closed_form", "10000");
        for (size_t i = 0; i < COUNT; i++)
            for (size_t column = 0; column < 3; column++) {
                double value = number_at(reply, COUNT, i, column);
                ck_assert(!fortran || value == moved[i][column]);
                ck_assert(column < 2 || value == numbers[i][2]);
                moved[i][column] = value;
            }
        free(body);
    }
    /* single particles of the set */
    for (size_t i = 0; i < COUNT; i += COUNT / 5) {
        size_t size;
        char *body = matrix((const double(*)[3])numbers + i, 1, false, &size);
        const struct reply *reply = post(fd, "", NPY, NPY, body, size);
        is_npy(reply, 1, "closed_form", "10000");
        for (size_t column = 0; column < 3; column++)
            ck_assert(number_at(reply, 1, 0, column) == moved[i][column]);
        free(body);
    }
    close(fd);
    free(numbers);
    free(moved);
}
END_TEST

/* The connection stays open after these errors. */
START_TEST(malformed_and_invalid)
{
    size_t size;
    char *body = matrix(published, 3, false, &size);
    int fd = raw_open(&server);

    const struct reply *reply = post(fd, "", NPY, NPY, body, size - 1);
    reply_is_problem(reply, 400, "malformed-body");
    ck_assert_int_eq((int)reply_number(reply, "/byte"), (int)size - 1);
    ck_assert_ptr_null(json_object_get(reply->json, "line"));
    ck_assert_ptr_null(json_object_get(reply->json, "column"));
    ck_assert_ptr_null(json_object_get(reply->json, "pointer"));

    reply = post(fd, "", NPY, NPY, THREE_BODY, strlen(THREE_BODY));
    reply_is_problem(reply, 400, "malformed-body");
    ck_assert_int_eq((int)reply_number(reply, "/byte"), 0);

    body[size - 1] = body[size - 2] = '\xff'; /* the last number is NaN */
    reply = post(fd, "", NPY, "*/*", body, size);
    reply_is_problem(reply, 422, "invalid-request");
    ck_assert_str_eq(reply_text(reply, "/pointer"), "/particles/2/ang_vel");

    free(body);
    const double origin[][3] = {{1, 1, 1}, {0, 0, 1}};
    body = matrix(origin, 2, true, &size);
    reply = post(fd, "", NPY, NPY, body, size);
    reply_is_problem(reply, 422, "outside-domain");
    ck_assert_str_eq(reply_text(reply, "/pointer"), "/particles/1");
    free(body);

    char wide[512];
    size = npy_put_matrix(wide, 1, ">f8", false, 1);
    reply = post(fd, "", NPY, NPY, wide, size);
    reply_is_problem(reply, 422, "invalid-request");
    ck_assert_str_eq(reply_text(reply, "/pointer"), "/particles");
    ck_assert_ptr_nonnull(strstr(reply_text(reply, "/detail"), "send numpy.asarray(a, '<f8')"));

    body = matrix(published, 3, false, &size);
    reply = post(fd, "?dt=-1", NPY, NPY, body, size);
    reply_is_problem(reply, 422, "invalid-request");
    ck_assert_str_eq(reply_text(reply, "/parameter"), "dt");
    is_npy(post(fd, "", NPY, NPY, body, size), 3, "closed_form", "10000");
    free(body);
    close(fd);
}
END_TEST

/* The header has the number, so the daemon does not wait for the data. */
START_TEST(too_many_particles)
{
    static const double four[4][3] = {{1, 2, 3}, {1, 2, 3}, {1, 2, 3}, {1, 2, 3}};
    daemon_start(&server, "--max-particles", "3", NULL);
    for (int alone = 0; alone < 2; alone++) {
        size_t size;
        char *body = matrix(four, 3, false, &size);
        int fd = raw_open(&server);
        is_npy(post(fd, "", NPY, NPY, body, size), 3, "closed_form", "10000");
        free(body);
        body = matrix(four, 4, false, &size);
        const struct reply *reply = post(fd, "", NPY, NPY, body, alone ? size - 4 * 24 : size);
        reply_is_problem(reply, 413, "too-many-particles");
        ck_assert_ptr_nonnull(strstr(reply_text(reply, "/detail"), "more than 3"));
        ck_assert_str_eq(reply_header(reply, "Connection"), "close");
        ck_assert(raw_is_closed(fd));
        free(body);
        close(fd);
    }
    daemon_finish(&server);
}
END_TEST

START_TEST(memory)
{
    enum { COUNT = 40000 }; /* 960000 bytes */
    daemon_start(&server, "--memory-limit", "1M", NULL);
    double(*numbers)[3] = malloc(sizeof *numbers * COUNT);
    for (size_t i = 0; i < COUNT; i++)
        numbers[i][0] = numbers[i][1] = numbers[i][2] = 1;
    size_t size;
    char head[512], *body = matrix((const double(*)[3])numbers, COUNT, true, &size);

    /* the response uses the columns */
    int fd = raw_open(&server);
    is_npy(post(fd, "", NPY, NPY, body, size), COUNT, "closed_form", "10000");
    await_metric(&server, "particled_memory_used_bytes", 0);
    const struct reply *reply = post(fd, "", NPY, "application/json", body, size);
    ck_assert_int_eq(reply->status, 200); /* a text is written from the columns */
    ck_assert_uint_gt(reply->size, 1 << 20);
    await_metric(&server, "particled_memory_used_bytes", 0);

    /* a request that is being received holds memory for the particles in its header */
    send_part(fd, "", NPY, NPY, body, size, size - 1);
    await_metric(&server, "particled_memory_used_bytes", 24 * COUNT);
    int other = raw_open(&server);
    reply = post(other, "", NPY, NPY, body, size);
    reply_is_problem(reply, 503, "memory-used-up");
    ck_assert(raw_is_closed(other));
    close(other);
    ck_assert(raw_send_bytes(fd, body + size - 1, 1));
    is_npy(raw_read(fd), COUNT, "closed_form", "10000");

    /* more than the limit, according to the header */
    size = put_header(head, 50000);
    reply = post(fd, "", NPY, NPY, head, size);
    reply_is_problem(reply, 413, "over-memory-limit");
    ck_assert(raw_is_closed(fd));
    close(fd);
    free(body);
    free(numbers);
    daemon_finish(&server);
}
END_TEST

/* A client disconnects while the response is being sent from the columns. */
START_TEST(disconnecting_frees_memory)
{
    enum { COUNT = 500000 };
    size_t size;
    double(*numbers)[3] = malloc(sizeof *numbers * COUNT);
    for (size_t i = 0; i < COUNT; i++)
        numbers[i][0] = numbers[i][1] = numbers[i][2] = 1;
    char *body = matrix((const double(*)[3])numbers, COUNT, true, &size);
    for (int i = 0; i < 3; i++) {
        char byte;
        int fd = raw_open(&server);
        send_part(fd, "", NPY, NPY, body, size, size);
        ck_assert_int_eq((int)read(fd, &byte, 1), 1);
        close(fd);
    }
    await_metric(&server, "particled_requests_in_flight", 1); /* that for the metrics */
    await_metric(&server, "particled_memory_used_bytes", 0);
    free(body);
    free(numbers);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("endpoints/simulate/npy");
    TCase *tcase = suite_case(suite, "npy");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_loop_test(tcase, every_pair_of_formats, 0, 4);
    tcase_add_test(tcase, a_response_is_a_valid_body);
    tcase_add_test(tcase, frames_of_any_count);
    tcase_add_test(tcase, large_sets);
    tcase_add_test(tcase, malformed_and_invalid);
    tcase_add_test(tcase, disconnecting_frees_memory);
    tcase = suite_case(suite, "limits");
    tcase_add_test(tcase, too_many_particles);
    tcase_add_test(tcase, memory);
    return suite_run(suite);
}
