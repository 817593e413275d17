#include "http/message/problem.h"

#include <jansson.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_document.h"

/* The type is a URN: stable, and nobody tries to open it. */
#define TYPE_PREFIX "urn:particled:problem:"

static const struct kind_row {
    unsigned status;
    const char *type;
    const char *title;
} kinds[PROBLEM_KIND_COUNT] = {
    [PROBLEM_NONE] = {500, "internal", "Internal error"},
    [PROBLEM_MALFORMED] = {400, "malformed-body", "The body is malformed"},
    [PROBLEM_FRAMING] = {400, "ambiguous-request", "The request's framing is ambiguous"},
    [PROBLEM_NOT_FOUND] = {404, "not-found", "There is nothing at this path"},
    [PROBLEM_METHOD] = {405, "method-not-allowed", "The path does not know this method"},
    [PROBLEM_NOT_ACCEPTABLE] = {406, "not-acceptable", "No acceptable form of the answer"},
    [PROBLEM_RECEIVE_TIMEOUT] = {408, "receive-timeout", "The request did not come in in time"},
    [PROBLEM_BODY_TOO_LARGE] = {413, "body-too-large", "The body is too large"},
    [PROBLEM_TOO_MANY] = {413, "too-many-particles", "Too many particles"},
    [PROBLEM_MEMORY_LIMIT] = {413, "over-memory-limit", "The request needs too much memory"},
    [PROBLEM_MEDIA_TYPE] = {415, "unsupported-media-type", "The body's media type is not known"},
    [PROBLEM_ENCODING] = {415, "unsupported-encoding", "The body's encoding is not known"},
    [PROBLEM_INVALID] = {422, "invalid-request", "The request is not meaningful"},
    [PROBLEM_DOMAIN] = {422, "outside-domain", "A particle cannot be evolved"},
    [PROBLEM_TOO_MUCH_WORK] = {422, "too-much-work", "The request asks for too much work"},
    [PROBLEM_INTERNAL] = {500, "internal", "Internal error"},
    [PROBLEM_NOT_BUILT] = {501, "not-built-in", "This build does not have it"},
    [PROBLEM_QUEUE_FULL] = {503, "queue-full", "Too many requests are waiting"},
    [PROBLEM_MEMORY] = {503, "memory-used-up", "The memory budget is used up"},
    [PROBLEM_BENCH_RUNNING] = {503, "bench-running", "A benchmark is already running"},
    [PROBLEM_PROFILE_RUNNING] = {503, "profile-running", "A profile is being taken already"},
    [PROBLEM_DRAINING] = {503, "draining", "The daemon is shutting down"},
    [PROBLEM_DEADLINE] = {504, "deadline-passed", "The deadline has passed"},
};

unsigned problem_status(enum problem_kind kind)
{
    return kinds[kind].status;
}

/* Cuts a sequence that snprintf cut in two, and replaces what is not UTF-8: jansson refuses it.
 * Rare, so bytewise: when jansson would refuse the text, every non-ASCII byte goes. */
static void make_valid(char *text)
{
    json_t *probe = json_string(text);
    if (!probe)
        for (char *c = text; *c; c++)
            if ((unsigned char)*c >= 0x80)
                *c = '?';
    json_decref(probe);
}

void problem_set(struct problem *problem, enum problem_kind kind, const char *format, ...)
{
    memset(problem, 0, sizeof *problem);
    problem->kind = kind;
    va_list args;
    va_start(args, format);
    vsnprintf(problem->detail, sizeof problem->detail - 1, format, args);
    va_end(args);
    size_t length = strlen(problem->detail);
    if (length > 0 && problem->detail[length - 1] != '.')
        strcpy(problem->detail + length, ".");
    make_valid(problem->detail);
}

void problem_set_parameter(struct problem *problem, const char *name)
{
    snprintf(problem->parameter, sizeof problem->parameter, "%s", name);
    make_valid(problem->parameter);
}

void problem_set_pointer(struct problem *problem, const char *pointer)
{
    problem->has_pointer = true;
    snprintf(problem->pointer, sizeof problem->pointer, "%s", pointer);
    make_valid(problem->pointer);
}

static json_t *build(const struct problem *problem)
{
    const struct kind_row *kind = &kinds[problem->kind];
    char type[64];
    snprintf(type, sizeof type, TYPE_PREFIX "%s", kind->type);
    json_t *root = json_pack("{ss ss si ss}", "type", type, "title", kind->title, "status",
                             (int)kind->status, "detail", problem->detail);
    if (!root)
        return NULL;
    int failed = 0;
    if (problem->has_pointer)
        failed |= json_object_set_new(root, "pointer", json_string(problem->pointer));
    if (problem->parameter[0])
        failed |= json_object_set_new(root, "parameter", json_string(problem->parameter));
    if (problem->has_position) {
        if (problem->line > 0) {
            json_int_t line = (json_int_t)problem->line, column = (json_int_t)problem->column;
            failed |= json_object_set_new(root, "line", json_integer(line));
            failed |= json_object_set_new(root, "column", json_integer(column));
        }
        failed |= json_object_set_new(root, "byte", json_integer((json_int_t)problem->byte));
    }
    if (failed) {
        json_decref(root);
        return NULL;
    }
    return root;
}

char *problem_document(const struct problem *problem, size_t *size)
{
    return json_document(build(problem), JSON_COMPACT, size);
}

char *problem_http(const struct problem *problem)
{
    size_t size = 0;
    char *document = problem_document(problem, &size);
    unsigned status = problem_status(problem->kind);
    char *response = NULL;
    if (!document ||
        asprintf(&response,
                 "HTTP/1.1 %u %s\r\nContent-Type: " PROBLEM_TYPE "\r\n"
                 "Content-Length: %zu\r\nConnection: close\r\n\r\n%.*s",
                 status, MHD_get_reason_phrase_for(status), size, (int)size, document) < 0)
        response = NULL;
    free(document);
    return response;
}
