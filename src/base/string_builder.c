#include "base/string_builder.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

struct string_builder string_builder_init(char *buffer, size_t size)
{
    assert(size > 0);
    buffer[0] = '\0';
    return (struct string_builder){.at = buffer, .end = buffer + size - 1};
}

/* Adds all of bytes[0..length), or none if they do not fit; then the builder counts as full. */
static void add_whole(struct string_builder *builder, const char *bytes, size_t length)
{
    if ((size_t)(builder->end - builder->at) < length) {
        builder->end = builder->at;
        return;
    }
    memcpy(builder->at, bytes, length);
    builder->at += length;
    *builder->at = '\0';
}

void string_builder_add(struct string_builder *builder, const char *string)
{
    for (; *string; string++)
        add_whole(builder, string, 1);
}

void string_builder_addf(struct string_builder *builder, const char *format, ...)
{
    char string[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(string, sizeof string, format, arguments);
    va_end(arguments);
    string_builder_add(builder, string);
}

/* Returns the length of the printable character at the start of bytes[0..length), or 0. */
static size_t printable_length(const unsigned char *bytes, size_t length)
{
    unsigned char low, high;
    int following = utf8_lead(bytes[0], &low, &high);
    if (following < 0 || (size_t)following >= length || bytes[0] < 0x20 || bytes[0] == 0x7f)
        return 0;
    for (int i = 1; i <= following; i++) {
        if (bytes[i] < low || bytes[i] > high)
            return 0;
        low = 0x80;
        high = 0xbf;
    }
    if (bytes[0] == 0xc2 && bytes[1] < 0xa0) /* the control characters U+0080 to U+009F */
        return 0;
    return (size_t)following + 1;
}

/* Adds bytes[0..length), at most `limit` of them. Returns true if these are all. */
static bool add_untrusted(struct string_builder *builder, const char *bytes, size_t length,
                          size_t limit, bool escape_pointer)
{
    for (size_t i = 0; i < length;) {
        size_t size = printable_length((const unsigned char *)bytes + i, length - i);
        if (i + (size ? size : 1) > limit)
            return false;
        if (!size)
            add_whole(builder, REPLACEMENT, sizeof REPLACEMENT - 1);
        else if (escape_pointer && bytes[i] == '~')
            add_whole(builder, "~0", 2);
        else if (escape_pointer && bytes[i] == '/')
            add_whole(builder, "~1", 2);
        else
            add_whole(builder, bytes + i, size);
        i += size ? size : 1;
    }
    return true;
}

void string_builder_add_quoted(struct string_builder *builder, const char *string, size_t length,
                               bool truncated)
{
    string_builder_add(builder, "\"");
    bool all = add_untrusted(builder, string, length, STRING_BUILDER_QUOTED_MAX, false);
    string_builder_add(builder, all && !truncated ? "\"" : "...\"");
}

void string_builder_add_pointer_token(struct string_builder *builder, const char *name,
                                      size_t length, bool truncated)
{
    string_builder_add(builder, "/");
    add_untrusted(builder, name, length, length, true);
    if (truncated)
        string_builder_add(builder, "...");
}

void string_builder_add_list(struct string_builder *builder, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        string_builder_addf(builder, "%s\"%s\"", i ? ", " : "", names[i]);
}
