#include "http/message/problem.h"

#include <jansson.h>
#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_document.h"

/* The type is a URN: stable, and not an address to open. */
#define TYPE_PREFIX "urn:particled:problem:"

HTTP_PROBLEMS(PROBLEM_DEFINE)

/* jansson refuses text that is not UTF-8, also a sequence that snprintf has cut in two. This is
 * rare, so the simplest repair is enough: every byte that is not ASCII is replaced. */
static void make_valid(char *text)
{
    json_t *probe = json_string(text);
    if (!probe)
        for (char *c = text; *c; c++)
            if ((unsigned char)*c >= 0x80)
                *c = '?';
    json_decref(probe);
}

void problem_set(struct problem *problem, const struct problem_type *type, const char *format, ...)
{
    memset(problem, 0, sizeof *problem);
    problem->type = type;
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
    const struct problem_type *type = problem->type;
    char urn[64];
    snprintf(urn, sizeof urn, TYPE_PREFIX "%s", type->name);
    json_t *root = json_pack("{ss ss si ss}", "type", urn, "title", type->title, "status",
                             (int)type->status, "detail", problem->detail);
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
    unsigned status = problem->type->status;
    char *response = NULL;
    if (!document ||
        asprintf(&response,
                 "HTTP/1.1 %u %s\r\nContent-Type: " PROBLEM_MEDIA_TYPE "\r\n"
                 "Content-Length: %zu\r\nConnection: close\r\n\r\n%.*s",
                 status, MHD_get_reason_phrase_for(status), size, (int)size, document) < 0)
        response = NULL;
    free(document);
    return response;
}
