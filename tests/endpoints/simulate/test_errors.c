/* The errors of the HTTP interface: status, problem type and position; and that the connection
 * stays usable after errors that do not close it. */
#include <stdio.h>
#include <string.h>

#include "../../harness/harness.h"
#include "codec/codec.h"

static struct daemon server;

static void start(void)
{
    daemon_start(&server, NULL);
}

static void finish(void)
{
    daemon_finish(&server);
}

/* The daemon serves the next request on the same connection. */
static void connection_is_usable(void)
{
    const struct reply *reply = http_simulate(&server, "{\"particles\":[[1,2,0]]}");
    ck_assert_int_eq(reply->status, 200);
    ck_assert_int_eq((int)reply->connects, 0);
}

/* --- malformed: 400 with line, column, byte ------------------------------------------------ */

static const struct malformed_row {
    const char *body;
    int line, column, byte;
} malformed_rows[] = {
    {"", 1, 1, 0},
    {" \n ", 2, 2, 3},
    {"nonsense", 1, 2, 1},
    {"{", 1, 2, 1},
    {"{\"particles\":[[1,2,3]]", 1, 23, 22},
    {"{\"particles\":[[1,2,3]]}}", 1, 24, 23},
    {"{\"particles\":[[1,2,3],]}", 1, 23, 22},
    {"{\"particles\":[[1,2,3,]]}", 1, 22, 21},
    {"{\"particles\":[[1,2,3]],}", 1, 24, 23},
    {"{\n  \"particles\": [\n    [1, 2, 3],\n    [1, 2 3]\n]}", 4, 11, 44},
    {"{'particles':[[1,2,3]]}", 1, 2, 1},
    {"{\"particles\":[[NaN,2,3]]}", 1, 16, 15},
    {"{\"particles\":[[1,Infinity,3]]}", 1, 18, 17},
    {"{\"particles\":[[1,2,-Infinity]]}", 1, 21, 20},
    {"{\"particles\":[[01,2,3]]}", 1, 17, 16},
    {"{\"particles\":[[+1,2,3]]}", 1, 16, 15},
    {"{\"particles\":[[.5,2,3]]}", 1, 16, 15},
    {"{\"particles\":[[1.,2,3]]}", 1, 18, 17},
    {"{\"particles\":[[1e,2,3]]}", 1, 18, 17},
    {"{\"particles\":[[0x1,2,3]]}", 1, 17, 16},
    {"{\"particles\":[[1,2,3]] /* why */}", 1, 24, 23},
    {"{\"particles\" [[1,2,3]]}", 1, 14, 13},
    {"{\"method\":\"a\tb\"}", 1, 13, 12},
    {"{\"method\":\"a\\qb\"}", 1, 14, 13},
    {"{\"method\":\"\\ud800\"}", 1, 18, 17},
    {"{\"method\":\"\xff\"}", 1, 12, 11},
    {"{\"method\":\"\xc0\xaf\"}", 1, 12, 11},
    {"\xef\xbb\xbf{\"particles\":[[1,2,3]]}", 1, 1, 0},
    /* malformed goes before invalid, also when the invalid part comes first */
    {"{\"particle\":1,\"dt\":-1,\"particles\":[[0,0,0]],", 1, 45, 44},
    {"[1,2", 1, 5, 4},
};

START_TEST(malformed)
{
    for (size_t i = 0; i < sizeof malformed_rows / sizeof *malformed_rows; i++) {
        const struct malformed_row *row = &malformed_rows[i];
        const struct reply *reply = http_simulate(&server, row->body);
        reply_is_problem(reply, 400, "malformed-body");
        int line = (int)reply_number(reply, "/line");
        int column = (int)reply_number(reply, "/column");
        int byte = (int)reply_number(reply, "/byte");
        ck_assert_msg(line == row->line && column == row->column && byte == row->byte,
                      "%s: line %d, column %d, byte %d: %s", row->body, line, column, byte,
                      reply_text(reply, "/detail"));
        ck_assert_ptr_null(json_object_get(reply->json, "pointer"));
        connection_is_usable();
    }
}
END_TEST

START_TEST(nesting_has_a_limit)
{
    char body[512] = "{\"particles\":";
    size_t used = strlen(body);
    memset(body + used, '[', 100);
    const struct reply *reply = http_simulate(&server, body);
    reply_is_problem(reply, 400, "malformed-body");
    ck_assert_int_eq((int)reply_number(reply, "/byte"), (int)used + 63);
    ck_assert_ptr_nonnull(strstr(reply_text(reply, "/detail"), "64"));
    /* 64 levels are valid JSON, but not a valid request */
    memset(body + used, '[', 63);
    memset(body + used + 63, ']', 63);
    strcpy(body + used + 126, "}");
    reply_is_problem(http_simulate(&server, body), 422, "invalid-request");
    connection_is_usable();
}
END_TEST

/* --- invalid: 422 with pointer or parameter ------------------------------------------------- */

static const struct invalid_row {
    const char *query; /* "": the error is in the body */
    const char *body;
    const char *position; /* pointer, or parameter when there is a query */
    const char *detail;   /* a part of it */
} invalid_rows[] = {
    {"", "{}", "", "particles"},
    {"", "{\"dt\":1}", "", "particles"},
    {"", "[]", "", "object"},
    {"", "7", "", "object"},
    {"", "\"text\"", "", "object"},
    {"", "null", "", "object"},
    {"", "{\"particles\":[]}", "/particles", "at least one"},
    {"", "{\"particles\":{\"x\":[],\"y\":[],\"ang_vel\":[]}}", "/particles", "at least one"},
    {"", "{\"particles\":7}", "/particles", "array"},
    {"", "{\"particles\":null}", "/particles", "array"},
    {"", "{\"particles\":[7]}", "/particles/0", "object"},
    {"", "{\"particles\":[[1,2]]}", "/particles/0", "three"},
    {"", "{\"particles\":[[1,2,3],[1,2,3,4]]}", "/particles/1", "three"},
    {"", "{\"particles\":[[1,2,3],{\"x\":1,\"y\":2,\"ang_vel\":3}]}", "/particles/1", "array"},
    {"", "{\"particles\":[{\"x\":1,\"y\":2,\"ang_vel\":3},[1,2,3]]}", "/particles/1", "object"},
    {"", "{\"particles\":[[1,\"2\",3]]}", "/particles/0/1", "number"},
    {"", "{\"particles\":[[1,2,null]]}", "/particles/0/2", "number"},
    {"", "{\"particles\":[{\"x\":1,\"y\":true,\"ang_vel\":3}]}", "/particles/0/y", "number"},
    {"", "{\"particles\":[{\"x\":1,\"ang_vel\":3}]}", "/particles/0", "\"y\""},
    {"", "{\"particles\":[{\"x\":1,\"y\":2,\"angvel\":3}]}", "/particles/0/angvel", "\"ang_vel\""},
    {"", "{\"particles\":[{\"x\":1,\"x\":2,\"ang_vel\":3}]}", "/particles/0/x", "twice"},
    {"", "{\"particles\":[[1e999,2,3]]}", "/particles/0/0", "too large"},
    {"", "{\"particles\":{\"x\":[1,2],\"y\":[1],\"ang_vel\":[1,2]}}", "/particles", "length"},
    {"", "{\"particles\":{\"x\":[1],\"y\":[1]}}", "/particles", "\"ang_vel\""},
    {"", "{\"particles\":{\"x\":[1],\"y\":[1],\"z\":[1],\"ang_vel\":[1]}}", "/particles/z", "z"},
    {"", "{\"particles\":{\"x\":[1,[2]],\"y\":[1],\"ang_vel\":[1]}}", "/particles/x/1", "number"},
    {"", "{\"particles\":[[1,2,3]],\"particles\":[[1,2,3]]}", "/particles", "twice"},
    {"", "{\"particles\":[[1,2,3]],\"timstep\":1}", "/timstep", "\"timestep\""},
    {"", "{\"particles\":[[1,2,3]],\"a/b~c\":1}", "/a~1b~0c", "a/b~c"},
    {"", "{\"particles\":[[1,2,3]],\"dt\":-1}", "/dt", "at least 0"},
    {"", "{\"particles\":[[1,2,3]],\"dt\":1e999}", "/dt", "finite"},
    {"", "{\"particles\":[[1,2,3]],\"dt\":\"1\"}", "/dt", "number"},
    {"", "{\"particles\":[[1,2,3]],\"timestep\":0}", "/timestep", "more than 0"},
    {"", "{\"particles\":[[1,2,3]],\"timestep\":1e-300,\"dt\":1}", "/dt", "2^53"},
    {"", "{\"particles\":[[1,2,3]],\"method\":\"eulr\"}", "/method", "\"euler\""},
    {"", "{\"particles\":[[1,2,3]],\"method\":1}", "/method", "string"},
    {"", "{\"particles\":[[1,2,3]],\"frames\":0}", "/frames", "integer"},
    {"", "{\"particles\":[[1,2,3]],\"frames\":1.5}", "/frames", "integer"},
    {"dt=-1", THREE_BODY, "dt", "at least 0"},
    {"dt=", THREE_BODY, "dt", "number"},
    {"dt=0x1", THREE_BODY, "dt", "number"},
    {"dt=nan", THREE_BODY, "dt", "number"},
    {"dt=inf", THREE_BODY, "dt", "number"},
    {"dt=1e999", THREE_BODY, "dt", "finite"},
    {"dt=1&dt=1", THREE_BODY, "dt", "twice"},
    {"timestep=0", THREE_BODY, "timestep", "more than 0"},
    {"timestep", THREE_BODY, "timestep", "number"},
    {"timestp=1", THREE_BODY, "timestp", "\"timestep\""},
    {"method=refrence", THREE_BODY, "method", "\"reference\""},
    {"frames=0", THREE_BODY, "frames", "integer"},
    {"times=0,x,2", THREE_BODY, "times", "not \"x\"."},
    {"timestep=1e-300", THREE_BODY, "timestep", "2^53"},
    /* an option may be given in the query or in the body, not in both */
    {"dt=1", "{\"particles\":[[1,2,3]],\"dt\":1}", "dt", "once"},
    {"method=fast", "{\"particles\":[[1,2,3]],\"method\":\"fast\"}", "method", "once"},
};

START_TEST(invalid)
{
    for (size_t i = 0; i < sizeof invalid_rows / sizeof *invalid_rows; i++) {
        const struct invalid_row *row = &invalid_rows[i];
        char target[128];
        snprintf(target, sizeof target, *row->query ? "/simulate?%s" : "/simulate", row->query);
        const struct reply *reply = http(&server, "POST", target, row->body, NULL);
        ck_assert_msg(reply->status == 422, "%s %s: %s", target, row->body, reply->body);
        reply_is_problem(reply, 422, "invalid-request");
        bool in_query = *row->query && json_object_get(reply->json, "parameter");
        const char *position = reply_text(reply, in_query ? "/parameter" : "/pointer");
        ck_assert_msg(strcmp(position + (*row->query && !in_query), row->position) == 0,
                      "%s %s: position %s", target, row->body, position);
        ck_assert_msg(strstr(reply_text(reply, "/detail"), row->detail), "%s %s: %s", target,
                      row->body, reply->body);
        connection_is_usable();
    }
}
END_TEST

/* Parameters with NUL, invalid UTF-8 and invalid escapes. */
START_TEST(unusual_queries)
{
    static const char *const queries[] = {
        "%ff=1",   "%00=1",  "d%00t=1",       "dt%00x=1", "=1",   "&",       "%22%5c%0a=1",
        "dt=1%00", "dt=%ff", "method=%ff%22", "%zz=1",    "dt=%", "dt%00=1", "dt=1%000"};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        char target[64];
        snprintf(target, sizeof target, "/simulate?%s", queries[i]);
        const struct reply *reply = http(&server, "POST", target, THREE_BODY, NULL);
        if (strcmp(queries[i], "&") == 0)
            continue; /* no parameter, or one without a name: both are acceptable */
        ck_assert_msg(reply->status == 422, "%s: %d", target, reply->status);
        reply_is_problem(reply, 422, "invalid-request");
        connection_is_usable();
    }
}
END_TEST

/* --- 422 of other types -------------------------------------------------------------------- */

static const struct domain_row {
    const char *body;
    const char *pointer;
} domain_rows[] = {
    {"{\"particles\":[[1,2,3],[0,0,1]]}", "/particles/1"},
    {"{\"particles\":[[1,2,3],[-0.0,0,0]]}", "/particles/1"},
    {"{\"particles\":[{\"x\":0,\"y\":0,\"ang_vel\":1}]}", "/particles/0"},
    {"{\"particles\":{\"x\":[1,0],\"y\":[1,0],\"ang_vel\":[1,0]}}", "/particles/x/1"},
    {"{\"particles\":[[1e-200,1e-200,1]]}", "/particles/0"},
    {"{\"particles\":[[1e200,1,1]]}", "/particles/0"},
    {"{\"particles\":[[1,1,1e300]]}", "/particles/0"},
    {"{\"particles\":[[1,1,1e-300]]}", "/particles/0"},
    {"{\"particles\":[[1e-10,0,1e10]],\"method\":\"analytic\"}", "/particles/0"},
    /* a number that underflows is 0 */
    {"{\"particles\":[[1e-999,0,1]]}", "/particles/0"},
};

START_TEST(outside_the_domain)
{
    for (size_t i = 0; i < sizeof domain_rows / sizeof *domain_rows; i++) {
        const struct reply *reply = http_simulate(&server, domain_rows[i].body);
        ck_assert_msg(reply->status == 422, "%s: %s", domain_rows[i].body, reply->body);
        reply_is_problem(reply, 422, "outside-domain");
        ck_assert_str_eq(reply_text(reply, "/pointer"), domain_rows[i].pointer);
        connection_is_usable();
    }
}
END_TEST

/* --- headers -------------------------------------------------------------------------------- */

START_TEST(unknown_media_type)
{
    static const char *const types[] = {
        "Content-Type: text/csv2",         "Content-Type: text/*",
        "Content-Type: application/json5", "Content-Type: json",
        "Content-Type: text/plain",        "Content-Type: multipart/form-data; boundary=x"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const struct reply *reply = http(&server, "POST", "/simulate", THREE_BODY, types[i], NULL);
        reply_is_problem(reply, 415, "unsupported-media-type");
        ck_assert_str_eq(reply_header(reply, "Accept-Post"), CODEC_TYPES);
        connection_is_usable();
    }
}
END_TEST

START_TEST(unknown_encoding)
{
    static const char *const encodings[] = {"Content-Encoding: br", "Content-Encoding: deflate",
                                            "Content-Encoding: gzip, gzip",
                                            "Content-Encoding: gzip\r\nContent-Encoding: zstd"};
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        const struct reply *reply =
            http(&server, "POST", "/simulate", THREE_BODY, encodings[i], NULL);
        reply_is_problem(reply, 415, "unsupported-encoding");
        ck_assert_str_eq(reply_header(reply, "Accept-Encoding"), "zstd, gzip");
        connection_is_usable();
    }
}
END_TEST

START_TEST(unknown_accept)
{
    static const char *const accepts[] = {
        "Accept: text/plain",           "Accept: application/xml", "Accept: application/ndjson",
        "Accept: application/json;q=0", "Accept: */*;q=0",         "Accept: text/html, video/*"};
    for (size_t i = 0; i < sizeof accepts / sizeof *accepts; i++) {
        const struct reply *reply =
            http(&server, "POST", "/simulate", THREE_BODY, accepts[i], NULL);
        reply_is_problem(reply, 406, "not-acceptable");
        connection_is_usable();
    }
}
END_TEST

START_TEST(wrong_method_or_path)
{
    static const struct {
        const char *method, *path, *allow;
    } rows[] = {
        {"GET", "/simulate", "POST, OPTIONS"},
        {"HEAD", "/simulate", "POST, OPTIONS"},
        {"PUT", "/simulate", "POST, OPTIONS"},
        {"BREW", "/simulate", "POST, OPTIONS"},
        {"POST", "/livez", "GET, HEAD, OPTIONS"},
        {"DELETE", "/metrics", "GET, HEAD, OPTIONS"},
        {"GET", "/nothing", NULL},
        {"POST", "/simulate/", NULL},
        {"GET", "/simulate/../livez", NULL},
        {"GET", "//livez", NULL},
        {"OPTIONS", "/nothing", NULL},
        {"GET", "/%00livez", NULL},
        {"GET", "/livez%00", NULL},
        {"OPTIONS", "/simulate%00?dt=1", NULL},
        {"GET", "/%ff%22%0a", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool head = strcmp(rows[i].method, "HEAD") == 0;
        const char *body = strcmp(rows[i].method, "POST") == 0 ? THREE_BODY : NULL;
        const struct reply *reply = http(&server, rows[i].method, rows[i].path, body, NULL);
        if (head)
            ck_assert_int_eq(reply->status, 405);
        else if (rows[i].allow)
            reply_is_problem(reply, 405, "method-not-allowed");
        else
            reply_is_problem(reply, 404, "not-found");
        if (rows[i].allow)
            ck_assert_str_eq(reply_header(reply, "Allow"), rows[i].allow);
        connection_is_usable();
    }
}
END_TEST

/* Every response has Server-Timing, also an error. */
START_TEST(errors_have_server_timing)
{
    static const char *const bodies[] = {"{", "{}", "{\"particles\":[[0,0,0]]}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        const struct reply *reply = http_simulate(&server, bodies[i]);
        ck_assert_int_ge(reply->status, 400);
        ck_assert_ptr_nonnull(reply_header(reply, "Server-Timing"));
    }
    ck_assert_ptr_nonnull(reply_header(http_get(&server, "/nothing"), "Server-Timing"));
}
END_TEST

int main(void)
{
    harness_init();
    Suite *suite = suite_create("endpoints/simulate/errors");
    TCase *tcase = suite_case(suite, "errors");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, malformed);
    tcase_add_test(tcase, nesting_has_a_limit);
    tcase_add_test(tcase, invalid);
    tcase_add_test(tcase, unusual_queries);
    tcase_add_test(tcase, outside_the_domain);
    tcase_add_test(tcase, unknown_media_type);
    tcase_add_test(tcase, unknown_encoding);
    tcase_add_test(tcase, unknown_accept);
    tcase_add_test(tcase, wrong_method_or_path);
    tcase_add_test(tcase, errors_have_server_timing);
    return suite_run(suite);
}
