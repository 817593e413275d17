#include "http/message/origin.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct authority {
    const char *host; /* an IPv6 address with its brackets */
    size_t host_size;
    int port;
};

/* False when `text` is not HOST or HOST:PORT. */
static bool read_authority(struct authority *authority, const char *text, int default_port)
{
    const char *bracket = *text == '[' ? strchr(text, ']') : NULL;
    authority->host = text;
    authority->host_size = bracket ? (size_t)(bracket + 1 - text) : strcspn(text, ":");
    authority->port = default_port;
    const char *rest = text + authority->host_size;
    if (authority->host_size == 0 || (*rest && *rest != ':'))
        return false;
    if (!*rest || !rest[1])
        return true;
    size_t digits = strspn(rest + 1, "0123456789");
    authority->port = atoi(rest + 1);
    return digits <= 5 && !rest[1 + digits];
}

static bool is_same(const char *origin, const char *host)
{
    int default_port = 0;
    if (strncasecmp(origin, "http://", 7) == 0)
        default_port = 80;
    else if (strncasecmp(origin, "https://", 8) == 0)
        default_port = 443;
    if (!default_port || !host) /* "null" is the origin of a file, for example */
        return false;
    struct authority page, daemon;
    return read_authority(&page, strstr(origin, "//") + 2, default_port) &&
           read_authority(&daemon, host, default_port) && page.port == daemon.port &&
           page.host_size == daemon.host_size &&
           strncasecmp(page.host, daemon.host, page.host_size) == 0;
}

bool origin_is_foreign(const char *sec_fetch_site, const char *origin, const char *host)
{
    if (sec_fetch_site)
        return strcmp(sec_fetch_site, "same-origin") != 0 && strcmp(sec_fetch_site, "none") != 0;
    return origin && !is_same(origin, host);
}
