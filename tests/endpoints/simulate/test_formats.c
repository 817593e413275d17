/* POST /simulate with bodies and responses in CSV. */
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

#define SEND_CSV "Content-Type: text/csv"
#define WANT_CSV "Accept: text/csv"

#define HEADER "x,y,ang_vel\n"
#define THREE_CSV HEADER "0.3,0.5,1\n0,-0.5,-1\n-0.1,-0.4,3\n"

static const struct reply *post(const char *target, const char *body, const char *type,
                                const char *accept)
{
    return http(&server, "POST", target, body, type, accept, NULL);
}

/* Reads a CSV response: the header, then exactly `count` rows. */
static void read_csv(const struct reply *reply, double (*rows)[3], size_t count)
{
    ck_assert_msg(reply->status == 200, "%s", reply->body);
    ck_assert_str_eq(reply_header(reply, "Content-Type"), "text/csv");
    ck_assert_msg(strncmp(reply->body, HEADER, strlen(HEADER)) == 0, "%s", reply->body);
    const char *at = reply->body + strlen(HEADER);
    for (size_t i = 0; i < count; i++)
        for (int column = 0; column < 3; column++) {
            char *end;
            rows[i][column] = strtod(at, &end);
            ck_assert(end != at && *end == (column == 2 ? '\n' : ','));
            at = end + 1;
        }
    ck_assert_str_eq(at, "");
    ck_assert_uint_eq((size_t)(at - reply->body), reply->size);
}

/* Reads the particles of a JSON response with objects. */
static void read_objects(const struct reply *reply, double (*rows)[3], size_t count)
{
    static const char *const names[] = {"x", "y", "ang_vel"};
    ck_assert_msg(reply->status == 200, "%s", reply->body);
    ck_assert_str_eq(reply_header(reply, "Content-Type"), "application/json");
    ck_assert_uint_eq(json_array_size(reply_at(reply, "/particles")), count);
    for (size_t i = 0; i < count; i++)
        for (int column = 0; column < 3; column++) {
            char pointer[64];
            snprintf(pointer, sizeof pointer, "/particles/%zu/%s", i, names[column]);
            rows[i][column] = reply_number(reply, pointer);
        }
}

/* Computes the published test set with a JSON body and a JSON response. */
static void compute(double (*rows)[3], const char *target)
{
    static const char body[] =
        "{\"particles\":[{\"x\":0.3,\"y\":0.5,\"ang_vel\":1},{\"x\":0,\"y\":-0.5,\"ang_vel\":-1},"
        "{\"x\":-0.1,\"y\":-0.4,\"ang_vel\":3}]}";
    read_objects(http(&server, "POST", target, body, NULL), rows, 3);
}

/* --- valid requests ------------------------------------------------------------------------- */

START_TEST(every_format_gives_the_same_bits)
{
    static const char *const bodies[] = {
        THREE_CSV,
        "ang_vel,y,x\r\n1,0.5,0.3\r\n-1,-0.5,0\r\n3,-0.4,-0.1",
        "\xef\xbb\xbf\"y\", \"x\",\"ang_vel\"\n\"0.5\",0.3,1\n-0.5, 0 ,-1.0\n-4e-1,-0.1,3\n\n",
    };
    double expected[3][3], found[3][3];
    compute(expected, "/simulate?dt=0.3");
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        read_csv(post("/simulate?dt=0.3", bodies[i], SEND_CSV, WANT_CSV), found, 3);
        ck_assert_mem_eq(found, expected, sizeof expected);
        read_objects(post("/simulate?dt=0.3", bodies[i], SEND_CSV, "Accept:"), found, 3);
        ck_assert_mem_eq(found, expected, sizeof expected);
    }
    static const char *const shapes[] = {THREE_BODY,
                                         "{\"particles\":{\"x\":[0.3,0,-0.1],\"y\":[0.5,-0.5,-0.4],"
                                         "\"ang_vel\":[1,-1,3]}}"};
    for (size_t i = 0; i < 2; i++) {
        read_csv(post("/simulate?dt=0.3", shapes[i], "Content-Type: application/json", WANT_CSV),
                 found, 3);
        ck_assert_mem_eq(found, expected, sizeof expected);
    }
}
END_TEST

START_TEST(a_response_is_a_valid_body)
{
    double first[3][3], second[3][3];
    const struct reply *reply = post("/simulate", THREE_CSV, SEND_CSV, WANT_CSV);
    read_csv(reply, first, 3);
    char *body = strdup(reply->body);
    reply = post("/simulate?dt=0", body, SEND_CSV, WANT_CSV);
    read_csv(reply, second, 3);
    ck_assert_str_eq(reply->body, body);
    free(body);
}
END_TEST

START_TEST(numbers_are_shortest)
{
    static const char body[] = HEADER "0.1,-0.0,0\n1e-170,0.5,0\n5,1e+22,0\n"
                                      "0.30000000000000004,1,-0.0\n";
    const struct reply *reply = post("/simulate", body, SEND_CSV, WANT_CSV);
    ck_assert_str_eq(reply->body, body);
}
END_TEST

/* A CSV response has in headers what a JSON response has in members. */
START_TEST(metadata_is_in_headers)
{
    static const struct {
        const char *target, *method, *steps;
    } rows[] = {
        {"/simulate", "closed_form", "10000"},
        {"/simulate?dt=0.3", "closed_form", "29999"},
        {"/simulate?dt=0", "closed_form", "0"},
        {"/simulate?method=euler&dt=1&timestep=0.001", "euler", "1000"},
        {"/simulate?method=analytic", "analytic", "0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct reply *reply = post(rows[i].target, THREE_CSV, SEND_CSV, WANT_CSV);
        ck_assert_int_eq(reply->status, 200);
        ck_assert_str_eq(reply_header(reply, "Particled-Method"), rows[i].method);
        ck_assert_str_eq(reply_header(reply, "Particled-Steps"), rows[i].steps);
        ck_assert_ptr_nonnull(strstr(reply_header(reply, "Server-Timing"), "evolve;dur="));

        reply = post(rows[i].target, THREE_CSV, SEND_CSV, "Accept: application/json");
        ck_assert_str_eq(reply_text(reply, "/method"), rows[i].method);
        ck_assert_int_eq((int)reply_number(reply, "/steps"), atoi(rows[i].steps));
        ck_assert_ptr_null(reply_header(reply, "Particled-Method"));
        ck_assert_ptr_null(reply_header(reply, "Particled-Steps"));
    }
}
END_TEST

START_TEST(headers_choose_the_format)
{
    static const char *const types[] = {SEND_CSV, "Content-Type: Text/CSV ; charset=utf-8",
                                        "Content-Type: text/csv;header=present"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        ck_assert_int_eq(post("/simulate", THREE_CSV, types[i], "Accept:")->status, 200);
    static const struct {
        const char *accept;
        bool csv;
    } accepts[] = {
        {"Accept: text/*", true},
        {"Accept: text/csv, application/json;q=0.9", true},
        {"Accept: application/json;q=0.1, text/csv;q=0.2", true},
        {"Accept: text/html, */*;q=0.1, application/json;q=0", true},
        {"Accept: text/csv;q=0.5, application/json", false},
        {"Accept: text/csv, application/json", false}, /* equal qualities: the first of the table */
        {"Accept: text/html, */*;q=0.1", false},
        {"Accept: */*", false},
        {"Accept: application/json, text/*;q=0", false},
        /* several lines are one list */
        {"Accept: text/html\r\nAccept: text/csv", true},
        {"Accept: application/json;q=0.1\r\nAccept: text/csv;q=0.2", true},
    };
    for (size_t i = 0; i < sizeof accepts / sizeof *accepts; i++) {
        const struct reply *reply = post("/simulate", THREE_CSV, SEND_CSV, accepts[i].accept);
        ck_assert_int_eq(reply->status, 200);
        ck_assert_msg(strcmp(reply_header(reply, "Content-Type"),
                             accepts[i].csv ? "text/csv" : "application/json") == 0,
                      "%s: %s", accepts[i].accept, reply_header(reply, "Content-Type"));
    }
}
END_TEST

/* The set is received in many pieces, split over the workers, and written in several pieces. */
START_TEST(large_sets)
{
    enum { COUNT = 20000 };
    static double csv[COUNT][3], json[COUNT][3];
    char *body = malloc(COUNT * 40 + 100), *at = body + sprintf(body, HEADER);
    for (int i = 0; i < COUNT; i++)
        at += sprintf(at, "%.3f,0.5,%d\n", 0.001 * (i % 100), i % 7 - 3);
    read_csv(post("/simulate?dt=0.01&method=euler", body, SEND_CSV, WANT_CSV), csv, COUNT);
    read_objects(post("/simulate?dt=0.01&method=euler", body, SEND_CSV, "Accept:"), json, COUNT);
    ck_assert_mem_eq(csv, json, sizeof csv);
    /* the pattern repeats after 700 particles */
    for (size_t i = 700; i < COUNT; i++)
        ck_assert_mem_eq(csv[i], csv[i % 700], sizeof csv[i]);
    free(body);
}
END_TEST

/* --- errors --------------------------------------------------------------------------------- */

/* The daemon serves the next request on the same connection. */
static void connection_is_usable(void)
{
    const struct reply *reply = post("/simulate", THREE_CSV, SEND_CSV, WANT_CSV);
    ck_assert_int_eq(reply->status, 200);
    ck_assert_int_eq((int)reply->connects, 0);
}

START_TEST(malformed)
{
    static const struct {
        const char *body;
        int line, column, byte;
    } rows[] = {
        {"", 1, 1, 0},
        {HEADER "1,2,3\n4,5\n", 3, 4, 21},
        {HEADER "1,2,3,4\n", 2, 6, 17},
        {HEADER "1,\"2,3\n4,5,6\n", 2, 3, 14},
        {HEADER "1,2,3\r4,5,6\r", 2, 6, 17},
        {HEADER "\n1,2,3\n", 2, 1, 12},
        {HEADER "1,2,\xff\n", 2, 5, 16},
        {THREE_BODY, 1, 2, 1},               /* a JSON body with the wrong type */
        {HEADER "1,2,nan\n1,2\n", 3, 4, 23}, /* malformed goes before invalid */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct reply *reply = post("/simulate", rows[i].body, SEND_CSV, WANT_CSV);
        reply_is_problem(reply, 400, "malformed-body");
        int line = (int)reply_number(reply, "/line");
        int column = (int)reply_number(reply, "/column");
        int byte = (int)reply_number(reply, "/byte");
        ck_assert_msg(line == rows[i].line && column == rows[i].column && byte == rows[i].byte,
                      "%s: line %d, column %d, byte %d: %s", rows[i].body, line, column, byte,
                      reply_text(reply, "/detail"));
        ck_assert_ptr_null(json_object_get(reply->json, "pointer"));
        connection_is_usable();
    }
}
END_TEST

START_TEST(invalid)
{
    static const struct {
        const char *body, *type, *pointer, *detail;
    } rows[] = {
        {HEADER, "invalid-request", "/particles", "at least one"},
        {"x,y,angvel\n1,2,3\n", "invalid-request", "/particles/0/angvel", "\"ang_vel\""},
        {"x,y\n1,2\n", "invalid-request", "/particles/0", "\"ang_vel\""},
        {"x,y,x\n1,2,3\n", "invalid-request", "/particles/0/x", "twice"},
        {HEADER "1,2,3\n4,,6\n", "invalid-request", "/particles/1/y", "line 3"},
        {HEADER "1,2,inf\n", "invalid-request", "/particles/0/ang_vel", "\"inf\""},
        {HEADER "1,2,1e999\n", "invalid-request", "/particles/0/ang_vel", "too large"},
        {HEADER "1,2,3\n0,0,1\n", "outside-domain", "/particles/1", "Particle 1"},
        {HEADER "1e-999,0,1\n", "outside-domain", "/particles/0", "origin"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct reply *reply = post("/simulate", rows[i].body, SEND_CSV, WANT_CSV);
        reply_is_problem(reply, 422, rows[i].type);
        ck_assert_str_eq(reply_text(reply, "/pointer"), rows[i].pointer);
        ck_assert_msg(strstr(reply_text(reply, "/detail"), rows[i].detail), "%s", reply->body);
        connection_is_usable();
    }
}
END_TEST

/* A CSV body has no options, so an error in an option names the parameter. */
START_TEST(options_are_in_the_query)
{
    const struct reply *reply = post("/simulate?dt=-1", THREE_CSV, SEND_CSV, WANT_CSV);
    reply_is_problem(reply, 422, "invalid-request");
    ck_assert_str_eq(reply_text(reply, "/parameter"), "dt");
    connection_is_usable();
}
END_TEST

START_TEST(errors_list_the_formats)
{
    const struct reply *reply =
        post("/simulate", THREE_CSV, "Content-Type: text/tab-separated-values", WANT_CSV);
    reply_is_problem(reply, 415, "unsupported-media-type");
    ck_assert_ptr_nonnull(strstr(reply_header(reply, "Accept-Post"), "text/csv"));
    ck_assert_ptr_nonnull(strstr(reply_text(reply, "/detail"), "text/csv"));
    reply = post("/simulate", THREE_CSV, SEND_CSV, "Accept: text/html");
    reply_is_problem(reply, 406, "not-acceptable");
    ck_assert_ptr_nonnull(strstr(reply_text(reply, "/detail"), "text/csv"));
    connection_is_usable();
}
END_TEST

START_TEST(too_many_particles)
{
    struct daemon small;
    daemon_start(&small, "--max-particles", "3", NULL);
    const struct reply *reply =
        http(&small, "POST", "/simulate", THREE_CSV, SEND_CSV, WANT_CSV, NULL);
    ck_assert_int_eq(reply->status, 200);
    reply = http(&small, "POST", "/simulate", THREE_CSV "1,2,3\n", SEND_CSV, WANT_CSV, NULL);
    reply_is_problem(reply, 413, "too-many-particles");
    daemon_finish(&small);
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("endpoints/simulate/formats");
    TCase *tcase = suite_case(suite, "valid");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, every_format_gives_the_same_bits);
    tcase_add_test(tcase, a_response_is_a_valid_body);
    tcase_add_test(tcase, numbers_are_shortest);
    tcase_add_test(tcase, metadata_is_in_headers);
    tcase_add_test(tcase, headers_choose_the_format);
    tcase_add_test(tcase, large_sets);
    tcase = suite_case(suite, "errors");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, malformed);
    tcase_add_test(tcase, invalid);
    tcase_add_test(tcase, options_are_in_the_query);
    tcase_add_test(tcase, errors_list_the_formats);
    tcase = suite_case(suite, "limits");
    tcase_add_test(tcase, too_many_particles);
    return suite_run(suite);
}
