/* The head of a request as libmicrohttpd 0.9 divides it and leaves it in memory: a model of the
 * library, for the tests of http/message/header_block.h.
 *
 * - A line ends with LF; a CR in front of it belongs to the end. Both become NULs.
 * - Lines before the first one are skipped when they are empty or start with a NUL.
 * - The method ends at the first blank, the version starts behind the last one. Blanks in between
 *   are skipped, and those around the target become NULs.
 * - A header line ends the section when it is empty or starts with a NUL; behind the first header
 *   line also when it starts with a colon. The first colon becomes a NUL, and the value starts
 *   behind the blanks that follow. A line without a colon is refused.
 * - A line that starts with a blank is added to the name of the line before, in other memory. */
#ifndef TESTS_HTTP_MESSAGE_PARSED_HEAD_H
#define TESTS_HTTP_MESSAGE_PARSED_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "http/message/header_block.h"

struct parsed_head {
    char *bytes; /* a copy, from the method to the end of the section */
    size_t size;
    char *target, *version;
    size_t target_size;
    size_t skipped; /* bytes in front of the method */
    struct {
        const char *name, *value;
    } * lines; /* the headers that the library reports */
    size_t count;
};

/* Ends the line at `line`; returns its length, or -1 when it is not complete. *next becomes the
 * start of the next line. */
static inline ptrdiff_t parsed_head_line(char *line, char *end, char **next)
{
    char *feed = memchr(line, '\n', (size_t)(end - line));
    if (!feed)
        return -1;
    *next = feed + 1;
    *feed = '\0';
    if (feed > line && feed[-1] == '\r')
        *--feed = '\0';
    return feed - line;
}

/* Divides the first line. False when the library refuses it. */
static inline bool parsed_head_first(struct parsed_head *head, char *line, size_t length)
{
    char *end = line + length, *blank = memchr(line, ' ', length);
    if (!blank || blank == line)
        return false;
    *blank = '\0';
    char *target = blank + 1;
    while (target < end && *target == ' ')
        target++;
    char *last = end - 1;
    while (last > target && *last == ' ')
        last--;
    while (last > target && *last != ' ')
        last--;
    if (last <= target || end - last != 9 || memcmp(last, " HTTP/1.", 8) != 0 || last[8] < '0' ||
        last[8] > '9')
        return false;
    *last = '\0';
    head->target = target;
    head->target_size = strlen(target); /* as the daemon measures it */
    head->version = last + 1;
    return true;
}

/* Divides a header line; returns its value. NULL when the library refuses it. */
static inline const char *parsed_head_field(char *line)
{
    char *colon = strchr(line, ':');
    if (!colon)
        return NULL;
    *colon++ = '\0';
    while (*colon == ' ' || *colon == '\t')
        colon++;
    return colon;
}

/* Divides the header lines from `line` to `end`. Returns the end of the section; NULL when it is
 * not complete, or the library refuses it. */
static inline char *parsed_head_fields(struct parsed_head *head, char *line, char *end)
{
    static const char folded[] = "folded"; /* in other memory */
    const char *name = NULL, *value = NULL;
    for (char *next; parsed_head_line(line, end, &next) >= 0; line = next) {
        if (name && (*line == ' ' || *line == '\t')) {
            name = folded;
            continue;
        }
        if (name) {
            head->lines[head->count].name = name;
            head->lines[head->count++].value = value;
        }
        if (*line == '\0')
            return next;
        value = parsed_head_field(line);
        if (!value)
            return NULL;
        if (name && *line == '\0') /* it started with a colon */
            return next;
        name = line;
    }
    return NULL;
}

/* Copies and divides the head at raw[0..size). False when it is not complete, or the library
 * refuses it. The caller frees it with parsed_head_free in any case. */
static inline bool parsed_head_read(struct parsed_head *head, const char *raw, size_t size)
{
    *head = (struct parsed_head){.bytes = malloc(size + 1),
                                 .lines = malloc((size + 1) * sizeof *head->lines)};
    if (!head->bytes || !head->lines)
        abort();
    memcpy(head->bytes, raw, size);
    char *end = head->bytes + size, *line = head->bytes, *next = line;
    ptrdiff_t length = parsed_head_line(line, end, &next);
    while (length >= 0 && *line == '\0') {
        line = next;
        length = parsed_head_line(line, end, &next);
    }
    if (length < 0 || !parsed_head_first(head, line, (size_t)length))
        return false;
    head->skipped = (size_t)(line - head->bytes);
    const char *section_end = parsed_head_fields(head, next, end);
    head->size = section_end ? (size_t)(section_end - line) : 0;
    return section_end != NULL;
}

static inline void parsed_head_free(struct parsed_head *head)
{
    free(head->bytes);
    free(head->lines);
}

/* Checks the head as the daemon does. Returns what is wrong with it, or NULL. */
static inline const char *parsed_head_check(const struct parsed_head *head)
{
    struct header_block block;
    header_block_begin(&block, head->bytes + head->skipped, head->size, head->target,
                       head->target_size, head->version);
    for (size_t i = 0; i < head->count; i++)
        header_block_line(&block, head->lines[i].name, head->lines[i].value);
    return header_block_end(&block);
}

#endif
