#include "http/message/query.h"

#include <ctype.h>
#include <string.h>

size_t query_count(const char *query)
{
    size_t count = 0;
    for (const char *at = query; *at;) {
        size_t length = strcspn(at, "&");
        count += length > 0;
        at += length + (at[length] == '&');
    }
    return count;
}

static int hex_digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* Decodes text[0..size) in place and adds a NUL; returns the new size. A percent sign that no two
 * hexadecimal digits follow stays as it is. */
static size_t decode(char *text, size_t size)
{
    char *out = text;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '%' && size - i > 2 && isxdigit((unsigned char)text[i + 1]) &&
            isxdigit((unsigned char)text[i + 2])) {
            *out++ = (char)(16 * hex_digit(text[i + 1]) + hex_digit(text[i + 2]));
            i += 2;
        } else {
            *out++ = text[i];
            if (out[-1] == '+')
                out[-1] = ' ';
        }
    }
    *out = '\0';
    return (size_t)(out - text);
}

bool query_each(char *query,
                bool (*visit)(void *context, const char *name, const char *value, size_t length),
                void *context)
{
    static char none[] = "";
    for (char *at = query, *next; at; at = next) {
        char *end = strchrnul(at, '&');
        next = *end ? end + 1 : NULL;
        *end = '\0';
        if (end == at)
            continue;
        char *equals = memchr(at, '=', (size_t)(end - at));
        char *name_end = equals ? equals : end, *value = equals ? equals + 1 : none;
        size_t length = equals ? decode(value, (size_t)(end - value)) : 0;
        size_t name_length = decode(at, (size_t)(name_end - at));
        const char *name = strlen(at) == name_length ? at : "%00";
        if (!visit(context, name, value, length))
            return false;
    }
    return true;
}
