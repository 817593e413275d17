/* Problem documents (RFC 9457, application/problem+json): what every error answer holds.
 *
 * The kinds are one table in problem.c: status, type and title come from there. Any
 * thread. */
#ifndef HTTP_MESSAGE_PROBLEM_H
#define HTTP_MESSAGE_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum problem_kind {
    PROBLEM_NONE,
    PROBLEM_MALFORMED,       /* 400: not what its type says */
    PROBLEM_FRAMING,         /* 400: the request can be read in two ways */
    PROBLEM_NOT_FOUND,       /* 404 */
    PROBLEM_METHOD,          /* 405 */
    PROBLEM_NOT_ACCEPTABLE,  /* 406 */
    PROBLEM_RECEIVE_TIMEOUT, /* 408 */
    PROBLEM_BODY_TOO_LARGE,  /* 413 */
    PROBLEM_TOO_MANY,        /* 413: particles */
    PROBLEM_MEMORY_LIMIT,    /* 413: needs more memory than all requests may have */
    PROBLEM_MEDIA_TYPE,      /* 415 */
    PROBLEM_ENCODING,        /* 415: Content-Encoding */
    PROBLEM_INVALID,         /* 422: well-formed, but not a request */
    PROBLEM_DOMAIN,          /* 422: a particle that cannot be evolved */
    PROBLEM_TOO_MUCH_WORK,   /* 422 */
    PROBLEM_INTERNAL,        /* 500 */
    PROBLEM_NOT_BUILT,       /* 501: not in this build */
    PROBLEM_QUEUE_FULL,      /* 503 */
    PROBLEM_MEMORY,          /* 503 */
    PROBLEM_BENCH_RUNNING,   /* 503 */
    PROBLEM_PROFILE_RUNNING, /* 503 */
    PROBLEM_DRAINING,        /* 503 */
    PROBLEM_DEADLINE,        /* 504 */
    PROBLEM_KIND_COUNT
};

struct problem {
    enum problem_kind kind;
    char detail[448]; /* what is wrong and what to do; UTF-8 */
    bool has_pointer;
    char pointer[192];           /* JSON Pointer of the part of the body at fault */
    char parameter[64];          /* query parameter at fault, or "" */
    bool has_position;           /* of malformed bodies: */
    uint64_t line, column, byte; /* line and column from 1, byte from 0; line 0: a byte alone */
};

/* The HTTP status of a kind. */
unsigned problem_status(enum problem_kind kind);

/* Fills `problem` with a kind and a printf-formatted detail, and nothing else. A full stop is added
 * where there is none; what is not UTF-8 is replaced. */
void problem_set(struct problem *problem, enum problem_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says which query parameter is at fault; a long name is cut, and what is not UTF-8 replaced. */
void problem_set_parameter(struct problem *problem, const char *name);

/* Says which part of the body is at fault: a JSON Pointer. */
void problem_set_pointer(struct problem *problem, const char *pointer);

/* The document, with a newline at its end; allocated with malloc. NULL when memory is
 * short. */
char *problem_document(const struct problem *problem, size_t *size);

/* The whole HTTP answer with the document, for a connection that libmicrohttpd cannot answer on any
 * more; it announces the close. NUL-terminated, allocated with malloc; NULL when memory is
 * short. */
char *problem_http(const struct problem *problem);

#define PROBLEM_TYPE "application/problem+json"

#endif
