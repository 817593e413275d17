#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static enum log_level level_shown = LOG_LEVEL_INFO;
static enum log_format format_used = LOG_FORMAT_TEXT;

static const char *const level_names[] = {"error", "warning", "info", "debug"};

void log_configure(enum log_level level, enum log_format format)
{
    level_shown = level;
    format_used = format;
}

/* The most bytes of a line that each field takes, escapes included; all fields together fit. */
#define MESSAGE_MAX 1800
#define TARGET_MAX 1000
#define AGENT_MAX 300
#define FIELD_MAX 100

/* A line under construction; bytes that do not fit are left out. */
struct line {
    char text[LOG_LINE_MAX];
    size_t used;
};

/* Leaves space for the end of a JSON line and the newline. */
#define LINE_CAPACITY (LOG_LINE_MAX - 8)

/* The rest of a JSON line, with the longest numbers, has fewer than 300 bytes. */
_Static_assert(2 * FIELD_MAX + TARGET_MAX + AGENT_MAX + 300 <= LINE_CAPACITY, "a request fits");
_Static_assert(MESSAGE_MAX + 200 <= LINE_CAPACITY, "a message fits");

static void line_put(struct line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void line_put(struct line *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int written = vsnprintf(line->text + line->used, LINE_CAPACITY - line->used, format, args);
    va_end(args);
    if (written < 0)
        return;
    size_t capacity = LINE_CAPACITY - line->used - 1;
    line->used += (size_t)written < capacity ? (size_t)written : capacity;
}

/* Escapes `special` and control characters as in JSON, and bytes that are not ASCII as \u00XX, so
 * that the output is always one line of ASCII. Writes about `max` bytes at most, and never a part
 * of an escape. */
static void line_put_escaped(struct line *line, const char *text, const char *special, size_t max)
{
    size_t end = line->used + max < LINE_CAPACITY - 8 ? line->used + max : LINE_CAPACITY - 8;
    for (const unsigned char *c = (const unsigned char *)text; *c && line->used < end; c++) {
        if (strchr(special, *c))
            line_put(line, "\\%c", *c);
        else if (*c < 0x20 || *c >= 0x7f)
            line_put(line, "\\u%04x", *c);
        else
            line->text[line->used++] = (char)*c;
    }
}

static void line_put_quoted(struct line *line, const char *text, size_t max)
{
    line_put(line, "\"");
    line_put_escaped(line, text, "\"\\", max);
    line_put(line, "\"");
}

/* For lines of text: quotes are not escaped. */
static void line_put_bare(struct line *line, const char *text, size_t max)
{
    line_put(line, " ");
    line_put_escaped(line, text, "\\", max);
}

static void line_begin(struct line *line, const char *level)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct tm utc;
    gmtime_r(&now.tv_sec, &utc);
    char stamp[32];
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    line->used = 0;
    long ms = now.tv_nsec / 1000000;
    if (format_used == LOG_FORMAT_JSON)
        line_put(line, "{\"time\":\"%s.%03ldZ\",\"level\":\"%s\"", stamp, ms, level);
    else
        line_put(line, "%s.%03ldZ %s", stamp, ms, level);
}

static void line_end(struct line *line)
{
    if (format_used == LOG_FORMAT_JSON)
        line->text[line->used++] = '}';
    line->text[line->used++] = '\n';
    ssize_t written;
    do
        written = write(STDERR_FILENO, line->text, line->used);
    while (written < 0 && errno == EINTR);
    /* If stderr is closed, the line is lost. */
}

void log_message(enum log_level level, const char *format, ...)
{
    if (level > level_shown)
        return;
    char message[LOG_LINE_MAX] = "";
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);

    struct line line;
    line_begin(&line, level_names[level]);
    if (format_used == LOG_FORMAT_JSON) {
        line_put(&line, ",\"message\":");
        line_put_quoted(&line, message, MESSAGE_MAX);
    } else {
        line_put_bare(&line, message, MESSAGE_MAX);
    }
    line_end(&line);
}

void log_request(const struct log_access *access)
{
    struct line line;
    line_begin(&line, "access");
    double ms = (double)access->duration_ns * 1e-6;
    if (format_used == LOG_FORMAT_JSON) {
        line_put(&line,
                 ",\"status\":%u,\"received_bytes\":%" PRIu64 ",\"sent_bytes\":%" PRIu64
                 ",\"duration_s\":%.6f,\"peer\":",
                 access->status, access->received_bytes, access->sent_bytes, ms * 1e-3);
        line_put_quoted(&line, access->peer, FIELD_MAX);
        line_put(&line, ",\"method\":");
        line_put_quoted(&line, access->method, FIELD_MAX);
        line_put(&line, ",\"target\":");
        line_put_quoted(&line, access->target, TARGET_MAX);
        line_put(&line, ",\"user_agent\":");
        line_put_quoted(&line, access->agent, AGENT_MAX);
    } else {
        line_put_bare(&line, access->peer, FIELD_MAX);
        line_put(&line, " %u %.3fms in=%" PRIu64 " out=%" PRIu64 " ", access->status, ms,
                 access->received_bytes, access->sent_bytes);
        line_put_quoted(&line, access->method, FIELD_MAX);
        line_put(&line, " ");
        line_put_quoted(&line, access->target, TARGET_MAX);
        line_put(&line, " ");
        line_put_quoted(&line, access->agent, AGENT_MAX);
    }
    line_end(&line);
}
