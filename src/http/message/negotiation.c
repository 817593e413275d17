#include "http/message/negotiation.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANK " \t"

/* The length of the type before its parameters and blanks. */
static size_t type_length(const char *text)
{
    size_t length = strcspn(text, ";,");
    while (length > 0 && strchr(BLANK, text[length - 1]))
        length--;
    return length;
}

bool media_type_is(const char *header, const char *type)
{
    header += strspn(header, BLANK);
    size_t length = type_length(header);
    return length == strlen(type) && strncasecmp(header, type, length) == 0;
}

/* How well a range matches a type: 0 not at all, 1 by anything, 2 by its group ("text"), 3
 * exactly. */
static int specificity(const char *range, size_t length, const char *type)
{
    if (length == 3 && memcmp(range, "*/*", 3) == 0)
        return 1;
    if (length == strlen(type) && strncasecmp(range, type, length) == 0)
        return 3;
    size_t group = (size_t)(strchr(type, '/') - type) + 1;
    if (length == group + 1 && range[group] == '*' && strncasecmp(range, type, group) == 0)
        return 2;
    return 0;
}

/* The quality of the range that starts at `text` and ends at `end`; 1 unless q says
 * otherwise. */
static double quality(const char *text, const char *end)
{
    for (const char *c = text; (c = memchr(c, ';', (size_t)(end - c)));) {
        c++;
        while (c < end && strchr(BLANK, *c))
            c++;
        if (end - c > 2 && (*c == 'q' || *c == 'Q') && c[1] == '=') {
            double q = strtod(c + 2, NULL);
            return q >= 0 && q <= 1 ? q : 0;
        }
    }
    return 1;
}

/* The quality that `accept` gives to `type`, by its most specific range. */
static double quality_of(const char *accept, const char *type)
{
    int best = 0;
    double result = 0;
    while (*accept) {
        accept += strspn(accept, BLANK ",");
        const char *end = accept + strcspn(accept, ",");
        int match = specificity(accept, type_length(accept), type);
        if (match > best) {
            best = match;
            result = quality(accept, end);
        }
        accept = end;
    }
    return result;
}

int negotiate_media_type(const char *accept, const char *const *types, size_t count)
{
    if (!accept || accept[strspn(accept, BLANK)] == '\0')
        return 0;
    int chosen = -1;
    double best = 0;
    for (size_t i = 0; i < count; i++) {
        double q = quality_of(accept, types[i]);
        if (q > best) {
            best = q;
            chosen = (int)i;
        }
    }
    return chosen;
}

/* The quality that `accept` gives to a coding by name, or -1. */
static double coding_quality(const char *accept, const char *name)
{
    while (*accept) {
        accept += strspn(accept, BLANK ",");
        const char *end = accept + strcspn(accept, ",");
        if (type_length(accept) == strlen(name) && strncasecmp(accept, name, strlen(name)) == 0)
            return quality(accept, end);
        accept = end;
    }
    return -1;
}

int negotiate_coding(const char *accept, const char *const *names, size_t count)
{
    if (!accept)
        return CODING_IDENTITY;
    double any = coding_quality(accept, "*");
    double identity = coding_quality(accept, "identity");
    bool refused = identity == 0 || (identity < 0 && any == 0);
    int chosen = CODING_IDENTITY;
    double best = identity > 0 ? identity : 0;
    for (size_t i = 0; i < count; i++) {
        double q = coding_quality(accept, names[i]);
        if (q < 0 && refused)
            q = any; /* identity is not allowed, so any other coding is better than none */
        /* With the same quality, a named coding is better than identity. */
        if (q > best || (q > 0 && q == best && chosen == CODING_IDENTITY)) {
            best = q;
            chosen = (int)i;
        }
    }
    return chosen == CODING_IDENTITY && refused ? CODING_NONE_ACCEPTABLE : chosen;
}
