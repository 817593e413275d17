/* The listening socket. Main thread. */
#ifndef HTTP_CONNECTION_LISTENER_H
#define HTTP_CONNECTION_LISTENER_H

#include <stdbool.h>
#include <stddef.h>

/* What an address looks like, for messages. */
#define LISTENER_SYNTAX "HOST:PORT, [IPV6]:PORT or the path of a Unix socket"

struct listener {
    int fd;
    char name[160];      /* http://ADDRESS:PORT as really bound, or unix:PATH */
    char unix_path[108]; /* to be removed at the end, or "" */
};

/* True when `address` has one of the forms that listener_open takes. */
bool listener_address_is_valid(const char *address);

/* Opens HOST:PORT, [IPV6]:PORT or the path of a Unix socket (it contains a slash); replaces a Unix
 * socket that no process listens on. False: `error` says why in a sentence. */
bool listener_open(struct listener *listener, const char *address, char *error, size_t size);

/* Takes over a listening socket that systemd opened. */
bool listener_inherit(struct listener *listener, int fd, char *error, size_t size);

/* Closes it, unless fd is -1, and removes the path of a Unix socket of ours. */
void listener_close(struct listener *listener);

#endif
