/* HOST:PORT as text. Pure; any thread. */
#ifndef HTTP_CONNECTION_ADDRESS_H
#define HTTP_CONNECTION_ADDRESS_H

#include <stdbool.h>

struct address_parts {
    char host[256];
    char port[8];
};

/* Splits HOST:PORT or [IPV6]:PORT; port is 0..65535. False when `text` is neither. */
bool address_split(const char *text, struct address_parts *parts);

#endif
