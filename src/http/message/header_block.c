#include "http/message/header_block.h"

#include <ctype.h>
#include <string.h>

bool header_is_token(const char *text)
{
    const char *c = text;
    while (isalnum((unsigned char)*c) || (*c && strchr("!#$%&'*+-.^_`|~", *c)))
        c++;
    return c > text && !*c;
}

bool header_is_value(const char *text)
{
    for (const char *c = text; *c; c++)
        if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
            return false;
    return true;
}

bool header_is_host(const char *text, size_t size)
{
    const char *c = text, *end = text + size;
    if (c < end && *c == '[') {
        const char *address = ++c;
        while (c < end && (isxdigit((unsigned char)*c) || *c == ':' || *c == '.'))
            c++;
        if (c == address || c == end || *c++ != ']')
            return false;
    } else {
        const char *name = c;
        while (c < end && (isalnum((unsigned char)*c) || memchr("-._~", *c, 4)))
            c++;
        if (c == name)
            return false;
    }
    if (c < end && *c == ':') {
        const char *port = ++c;
        while (c < end && isdigit((unsigned char)*c))
            c++;
        if (c - port > 5)
            return false;
    }
    return c == end;
}

static void fail(struct header_block *block, const char *error)
{
    if (!block->error)
        block->error = error;
}

/* True when a line starts at `at`: directly behind the CRLF or LF of the present one. */
static bool is_next_line(const struct header_block *block, const char *at)
{
    const char *line_end = block->line_end;
    return at == line_end + 1 || (at == line_end + 2 && line_end[1] == '\0');
}

static void check_method(struct header_block *block, const char *method)
{
    if (!header_is_token(method))
        fail(block, "has a method with characters that are not allowed in it");
}

void header_block_begin(struct header_block *block, const char *begin, size_t size,
                        const char *target, size_t target_size, const char *version)
{
    *block = (struct header_block){begin, begin + size, version + strlen(version), NULL};
    check_method(block, begin);
    if (target != begin + strlen(begin) + 1 || version != target + target_size + 1)
        fail(block, "has a first line with blanks or NULs in the wrong place");
}

void header_block_begin_checked(struct header_block *block, const char *method)
{
    *block = (struct header_block){NULL, NULL, NULL, NULL};
    check_method(block, method);
}

/* True when only blanks are between the name and the value. The library moves a folded line to
 * other memory, so nothing outside the section may be read. */
static bool is_in_place(const struct header_block *block, const char *name, const char *value)
{
    if (name < block->begin || value <= name || value >= block->end)
        return false;
    const char *blank = name + strlen(name) + 1;
    while (blank < value && (*blank == ' ' || *blank == '\t'))
        blank++;
    return blank == value;
}

/* Nothing is between the line and the one before. */
static void check_position(struct header_block *block, const char *name, const char *value)
{
    if (!is_in_place(block, name, value))
        fail(block, "has a header that is folded over several lines");
    else if (!is_next_line(block, name))
        fail(block, "has a NUL in its headers");
    block->line_end = value + strlen(value);
}

void header_block_line(struct header_block *block, const char *name, const char *value)
{
    if (!block->error && block->begin)
        check_position(block, name, value);
    if (!header_is_token(name))
        fail(block,
             "has a header whose name is empty or has characters that are not allowed in it");
    else if (!header_is_value(value))
        fail(block, "has a control character in a header");
}

const char *header_block_end(struct header_block *block)
{
    if (!block->begin)
        return block->error;
    /* What is left is the end of the last line and an empty line: two to four NULs. */
    size_t left = (size_t)(block->end - block->line_end);
    if (!block->error && (left < 2 || left > 4))
        fail(block, "has a header line that starts with a colon or a NUL");
    for (const char *c = block->line_end; !block->error && c < block->end; c++)
        if (*c)
            fail(block, "has a header line that starts with a colon or a NUL");
    return block->error;
}
