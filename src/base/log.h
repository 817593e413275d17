/* The log: one line per event on stderr, as text or as JSON.
 *
 * Each line is one write(), so the lines of several threads do not mix. Control characters and
 * bytes that are not ASCII are escaped as \u00XX. Long messages and strings are truncated, so that
 * a line with its newline has at most LOG_LINE_MAX bytes. Any thread, after log_configure. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_LINE_MAX 2048

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* Sets the level and the format. Call it once, before threads start. */
void log_configure(enum log_level level, enum log_format format);

/* Logs a printf-formatted message. The message must not end with a newline. */
void log_message(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define log_error(...) log_message(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_message(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_message(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_message(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* One finished request. The strings may contain any bytes a client sent; they are escaped. */
struct log_access {
    const char *peer;                    /* address of the client */
    const char *method;                  /* HTTP method */
    const char *target;                  /* path and query as received */
    const char *agent;                   /* User-Agent or "" */
    unsigned status;                     /* 499: the client disconnected before its response */
    uint64_t received_bytes, sent_bytes; /* of the bodies */
    int64_t duration_ns;
};

/* Logs a request, at every level. */
void log_request(const struct log_access *access);

#endif
