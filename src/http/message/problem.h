/* Problem documents (RFC 9457, application/problem+json): the body of every error response.
 *
 * A type of problem is a const record. The engine defines those of HTTP itself, below; the
 * endpoints define the others (endpoints/problems.h). Any thread. */
#ifndef HTTP_MESSAGE_PROBLEM_H
#define HTTP_MESSAGE_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROBLEM_MEDIA_TYPE "application/problem+json"

struct problem_type {
    unsigned status;        /* of the response, 400 to 599 */
    const char *name;       /* the end of the type, which is a URN */
    const char *title;      /* the same for every problem of this type */
    unsigned retry_after_s; /* value of Retry-After; 0: the header is left out */
};

/* name of the record, status, name, title, seconds of Retry-After */
#define HTTP_PROBLEMS(X)                                                                           \
    X(framing, 400, "ambiguous-request", "The request's framing is ambiguous", 0)                  \
    X(malformed_request, 400, "malformed-request", "The request is not valid HTTP", 0)             \
    X(forbidden_origin, 403, "forbidden-origin", "A page of another site may not do this", 0)      \
    X(not_found, 404, "not-found", "There is nothing at this path", 0)                             \
    X(method, 405, "method-not-allowed", "The path does not support this method", 0)               \
    X(not_acceptable, 406, "not-acceptable", "No acceptable form of the response", 0)              \
    X(receive_timeout, 408, "receive-timeout", "The request was not complete in time", 0)          \
    X(body_too_large, 413, "body-too-large", "The body is too large", 0)                           \
    X(memory_limit, 413, "over-memory-limit", "The request needs too much memory", 0)              \
    X(target_too_long, 414, "target-too-long", "The target is too long", 0)                        \
    X(media_type, 415, "unsupported-media-type", "The body's media type is not known", 0)          \
    X(encoding, 415, "unsupported-encoding", "The body's encoding is not known", 0)                \
    X(internal, 500, "internal", "Internal error", 0)                                              \
    X(queue_full, 503, "queue-full", "Too many requests are waiting", 1)                           \
    X(memory, 503, "memory-used-up", "The memory budget is used up", 1)                            \
    X(draining, 503, "draining", "The daemon is shutting down", 1)                                 \
    X(deadline, 504, "deadline-passed", "The deadline has passed", 0)

#define PROBLEM_DECLARE(record, ...) extern const struct problem_type problem_##record;
#define PROBLEM_DEFINE(record, ...) const struct problem_type problem_##record = {__VA_ARGS__};
#define PROBLEM_ADDRESS(record, ...) &problem_##record,

HTTP_PROBLEMS(PROBLEM_DECLARE)

struct problem {
    const struct problem_type *type;
    char detail[448]; /* what is wrong and what to do; UTF-8 */
    bool has_pointer;
    char pointer[192];           /* JSON Pointer (RFC 6901) of the part of the body that is wrong */
    char parameter[64];          /* the query parameter that is wrong, or "" */
    bool has_position;           /* of malformed bodies: */
    uint64_t line, column, byte; /* line and column from 1, byte from 0; line 0: only a byte */
};

/* Fills `problem` with a type and a printf-formatted detail, and nothing else. Adds a full stop
 * where there is none, and replaces what is not UTF-8. */
void problem_set(struct problem *problem, const struct problem_type *type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Names the query parameter that is wrong; shortens a long name, and replaces what is not UTF-8. */
void problem_set_parameter(struct problem *problem, const char *name);

/* Names the part of the body that is wrong: a JSON Pointer. */
void problem_set_pointer(struct problem *problem, const char *pointer);

/* The document, with a newline at its end. The caller frees it. NULL when memory is short. */
char *problem_document(const struct problem *problem, size_t *size);

/* A whole HTTP response with the document, for a connection on which libmicrohttpd cannot respond
 * any more; it announces that the connection closes. NUL-terminated; the caller frees it. NULL when
 * memory is short. */
char *problem_http(const struct problem *problem);

#endif
