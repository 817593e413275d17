#include "harness.h"

#include <curl/curl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "reply.h"

#define POLL_US 5000

/* --- replies -------------------------------------------------------------------------- */

void reply_clear(struct reply *reply)
{
    free(reply->head);
    free(reply->body);
    json_decref(reply->json);
    memset(reply, 0, sizeof *reply);
}

void reply_append(char **text, size_t *size, const char *bytes, size_t count)
{
    *text = realloc(*text, *size + count + 1);
    ck_assert_ptr_nonnull(*text);
    if (count)
        memcpy(*text + *size, bytes, count);
    *size += count;
    (*text)[*size] = '\0';
}

void reply_complete(struct reply *reply)
{
    size_t none = 0;
    if (!reply->body)
        reply_append(&reply->body, &none, "", 0);
    const char *type = reply_header(reply, "Content-Type");
    if (!type || !strstr(type, "json") || strstr(type, "ndjson") || reply->size == 0 ||
        reply_header(reply, "Content-Encoding"))
        return;
    json_error_t error;
    reply->json = json_loadb(reply->body, reply->size, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(reply->json, "%s: %s", error.text, reply->body);
}

const char *reply_header(const struct reply *reply, const char *name)
{
    static char value[1024];
    size_t length = strlen(name);
    for (const char *line = reply->head; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            const char *start = line + length + 1 + strspn(line + length + 1, " \t");
            snprintf(value, sizeof value, "%.*s", (int)strcspn(start, "\r\n"), start);
            return value;
        }
    }
    return NULL;
}

json_t *reply_at(const struct reply *reply, const char *pointer)
{
    json_t *value = reply->json;
    for (const char *part = pointer; value && *part == '/';) {
        char name[64];
        size_t length = strcspn(++part, "/");
        snprintf(name, sizeof name, "%.*s", (int)length, part);
        part += length;
        value = json_is_array(value) ? json_array_get(value, strtoul(name, NULL, 10))
                                     : json_object_get(value, name);
    }
    ck_assert_msg(value, "no %s in: %s", pointer, reply->body);
    return value;
}

double reply_number(const struct reply *reply, const char *pointer)
{
    json_t *value = reply_at(reply, pointer);
    ck_assert_msg(json_is_number(value), "%s is not a number in: %s", pointer, reply->body);
    return json_number_value(value);
}

const char *reply_text(const struct reply *reply, const char *pointer)
{
    json_t *value = reply_at(reply, pointer);
    ck_assert_msg(json_is_string(value), "%s is not a string in: %s", pointer, reply->body);
    return json_string_value(value);
}

void reply_is_problem(const struct reply *reply, int status, const char *kind)
{
    ck_assert_msg(reply->status == status, "status %d, not %d: %s", reply->status, status,
                  reply->body);
    ck_assert_str_eq(reply_header(reply, "Content-Type"), "application/problem+json");
    char type[128];
    snprintf(type, sizeof type, "urn:particled:problem:%s", kind);
    ck_assert_str_eq(reply_text(reply, "/type"), type);
    ck_assert_int_eq((int)reply_number(reply, "/status"), status);
    ck_assert_str_ne(reply_text(reply, "/title"), "");
    ck_assert_str_ne(reply_text(reply, "/detail"), "");
    if (status == 503)
        ck_assert_int_ge(atoi(reply_header(reply, "Retry-After")), 1);
}

/* --- requests ------------------------------------------------------------------------- */

struct receiver {
    struct reply *reply;
    size_t head_size;
};

static size_t receive_head(char *bytes, size_t one, size_t size, void *context)
{
    (void)one;
    struct receiver *receiver = context;
    /* Each status line starts a new response; the earlier ones were interim responses. */
    if (size > 5 && memcmp(bytes, "HTTP/", 5) == 0)
        receiver->head_size = 0;
    reply_append(&receiver->reply->head, &receiver->head_size, bytes, size);
    return size;
}

static size_t receive_body(char *bytes, size_t one, size_t size, void *context)
{
    (void)one;
    struct receiver *receiver = context;
    reply_append(&receiver->reply->body, &receiver->reply->size, bytes, size);
    return size;
}

static void set_target(CURL *curl, const struct daemon *daemon, const char *target)
{
    char url[2048];
    if (daemon->unix_path[0])
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, daemon->unix_path);
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", daemon->port ? daemon->port : 80, target);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    /* Without this, curl 8 may close the connection if an error arrives before it has sent an empty
     * body. */
    curl_easy_setopt(curl, CURLOPT_KEEP_SENDING_ON_ERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)HARNESS_LIMIT_S);
}

static void perform(CURL *curl, struct reply *reply)
{
    struct receiver receiver = {reply, 0};
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, receive_head);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &receiver);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiver);
    CURLcode code = curl_easy_perform(curl);
    ck_assert_msg(code == CURLE_OK, "%s", curl_easy_strerror(code));
    long status;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &reply->connects);
    reply->status = (int)status;
    reply_complete(reply);
}

const struct reply *http(const struct daemon *daemon, const char *method, const char *target,
                         const char *body, ...)
{
    static CURL *curl; /* keeps its connection between calls */
    static struct reply reply;
    reply_clear(&reply);
    if (!curl)
        curl = curl_easy_init();
    ck_assert_ptr_nonnull(curl);
    curl_easy_reset(curl);
    set_target(curl, daemon, target);
    if (body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
    } else if (strcmp(method, "HEAD") == 0) {
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    }
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    struct curl_slist *headers = NULL;
    va_list list;
    va_start(list, body);
    const char *header;
    while ((header = va_arg(list, const char *)))
        headers = curl_slist_append(headers, header);
    va_end(list);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    perform(curl, &reply);
    curl_slist_free_all(headers);
    return &reply;
}

/* --- metrics -------------------------------------------------------------------------- */

double metric(const struct daemon *daemon, const char *series)
{
    static CURL *curl;
    static struct reply reply;
    reply_clear(&reply);
    if (!curl)
        curl = curl_easy_init();
    set_target(curl, daemon, "/metrics");
    perform(curl, &reply);
    ck_assert_int_eq(reply.status, 200);
    size_t length = strlen(series);
    for (const char *line = reply.body; *line; line += strcspn(line, "\n") + 1)
        if (strncmp(line, series, length) == 0 && line[length] == ' ')
            return strtod(line + length + 1, NULL);
    return NAN;
}

void await_metric(const struct daemon *daemon, const char *series, double value)
{
    time_t end = time(NULL) + HARNESS_LIMIT_S;
    double last;
    while ((last = metric(daemon, series)) != value) {
        ck_assert_msg(time(NULL) < end, "%s is %g, not %g", series, last, value);
        usleep(POLL_US);
    }
}

static void format_done_series(char *series, size_t size, const char *path, int status)
{
    snprintf(series, size,
             "particled_http_request_duration_seconds_count{handler=\"%s\",code=\"%d\"}", path,
             status);
}

double requests_done(const struct daemon *daemon, const char *path, int status)
{
    char series[160];
    format_done_series(series, sizeof series, path, status);
    double value = metric(daemon, series);
    return isnan(value) ? 0 : value;
}

void await_requests_done(const struct daemon *daemon, const char *path, int status, double count)
{
    char series[160];
    format_done_series(series, sizeof series, path, status);
    await_metric(daemon, series, count);
}
