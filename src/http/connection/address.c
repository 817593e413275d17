#include "http/connection/address.h"

#include <stdlib.h>
#include <string.h>

#define PORT_MAX 65535

bool address_split(const char *text, struct address_parts *parts)
{
    const char *colon = strrchr(text, ':');
    if (!colon)
        return false;
    const char *host = text;
    size_t length = (size_t)(colon - text);
    if (*host == '[') {
        if (length < 3 || host[length - 1] != ']')
            return false;
        host++;
        length -= 2;
    } else if (memchr(host, ':', length)) {
        return false; /* an IPv6 address needs brackets */
    }
    const char *port = colon + 1;
    size_t digits = strspn(port, "0123456789");
    if (length == 0 || length >= sizeof parts->host || digits == 0 || port[digits] ||
        digits >= sizeof parts->port || atoi(port) > PORT_MAX)
        return false;
    memcpy(parts->host, host, length);
    parts->host[length] = '\0';
    strcpy(parts->port, port);
    return true;
}
