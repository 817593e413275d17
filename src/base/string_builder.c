#include "base/string_builder.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

struct string_builder string_builder_begin(char *buffer, size_t size)
{
    assert(size > 0);
    buffer[0] = '\0';
    return (struct string_builder){.at = buffer, .end = buffer + size - 1};
}

/* Adds all of bytes[0..length) or, when they do not fit, closes the text. */
static void add_whole(struct string_builder *text, const char *bytes, size_t length)
{
    if ((size_t)(text->end - text->at) < length) {
        text->end = text->at;
        return;
    }
    memcpy(text->at, bytes, length);
    text->at += length;
    *text->at = '\0';
}

void string_builder_add(struct string_builder *text, const char *words)
{
    for (; *words; words++)
        add_whole(text, words, 1);
}

void string_builder_addf(struct string_builder *text, const char *format, ...)
{
    char words[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    string_builder_add(text, words);
}

/* The length of the printable character at the start of bytes[0..length), or 0. */
static size_t printable(const unsigned char *bytes, size_t length)
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

/* Adds `bytes`, at most `limit` of them; returns true when that was all. */
static bool add_foreign(struct string_builder *text, const char *bytes, size_t length, size_t limit,
                        bool pointer)
{
    for (size_t i = 0; i < length;) {
        size_t size = printable((const unsigned char *)bytes + i, length - i);
        if (i + (size ? size : 1) > limit)
            return false;
        if (!size)
            add_whole(text, REPLACEMENT, sizeof REPLACEMENT - 1);
        else if (pointer && bytes[i] == '~')
            add_whole(text, "~0", 2);
        else if (pointer && bytes[i] == '/')
            add_whole(text, "~1", 2);
        else
            add_whole(text, bytes + i, size);
        i += size ? size : 1;
    }
    return true;
}

void string_builder_add_quoted(struct string_builder *text, const char *word, size_t length,
                               bool cut)
{
    string_builder_add(text, "\"");
    bool all = add_foreign(text, word, length, STRING_BUILDER_QUOTED_BYTES, false);
    string_builder_add(text, all && !cut ? "\"" : "...\"");
}

void string_builder_add_token(struct string_builder *text, const char *name, size_t length,
                              bool cut)
{
    string_builder_add(text, "/");
    add_foreign(text, name, length, length, true);
    if (cut)
        string_builder_add(text, "...");
}

void string_builder_add_list(struct string_builder *text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        string_builder_addf(text, "%s\"%s\"", i ? ", " : "", names[i]);
}
