#include "http/message/target.h"

#include <string.h>
#include <strings.h>

#include "http/message/header_block.h"

static const char *read_absolute(struct target *target, const char *text, size_t size)
{
    size_t scheme = size >= 7 && strncasecmp(text, "http://", 7) == 0    ? 7
                    : size >= 8 && strncasecmp(text, "https://", 8) == 0 ? 8
                                                                         : 0;
    if (!scheme)
        return "has a target that is neither a path nor an http address";
    size_t host = 0;
    while (scheme + host < size && !memchr("/?", text[scheme + host], 2))
        host++;
    if (!header_is_host(text + scheme, host))
        return "has a target whose host is not valid";
    target->form = TARGET_ABSOLUTE;
    target->authority_size = scheme + host;
    return NULL;
}

const char *target_read(struct target *target, const char *text, size_t size)
{
    *target = (struct target){TARGET_ORIGIN, 0, false};
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] >= 0x7f || text[i] == '#')
            return "has a target with characters that must be percent-encoded";
    const char *question = memchr(text, '?', size);
    target->has_nul = memmem(text, question ? (size_t)(question - text) : size, "%00", 3) != NULL;
    if (size > 0 && text[0] == '/')
        return NULL;
    if (size == 1 && text[0] == '*') {
        target->form = TARGET_ASTERISK;
        return NULL;
    }
    return read_absolute(target, text, size);
}
