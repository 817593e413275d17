#include "http/connection/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/connection/address.h"

/* The name of a Unix socket. The kernel writes `length` bytes, and no NUL behind a path that fills
 * sun_path; an abstract address starts with a NUL; a socket may have no name at all. */
static void name_unix(struct listener *listener, const struct sockaddr_un *address,
                      socklen_t length)
{
    size_t head = offsetof(struct sockaddr_un, sun_path);
    int size = length > head ? (int)(length - head) : 0;
    const char *path = address->sun_path;
    if (size == 0)
        snprintf(listener->name, sizeof listener->name, "unix:");
    else if (*path)
        snprintf(listener->name, sizeof listener->name, "unix:%.*s", size, path);
    else
        snprintf(listener->name, sizeof listener->name, "unix:@%.*s", size - 1, path + 1);
}

/* Fills in the name from what is really bound. */
static bool describe(struct listener *listener, char *error, size_t size)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(listener->fd, (struct sockaddr *)&address, &length) != 0) {
        snprintf(error, size, "the socket is of no use: %s", strerror(errno));
        return false;
    }
    if (address.ss_family == AF_UNIX) {
        name_unix(listener, (const struct sockaddr_un *)&address, length);
        return true;
    }
    char host[INET6_ADDRSTRLEN], port[8];
    int result = getnameinfo((const struct sockaddr *)&address, length, host, sizeof host, port,
                             sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    if (result != 0) {
        snprintf(error, size, "the socket is of no use: %s", gai_strerror(result));
        return false;
    }
    snprintf(listener->name, sizeof listener->name,
             address.ss_family == AF_INET6 ? "http://[%s]:%s" : "http://%s:%s", host, port);
    return true;
}

static bool listen_at(struct listener *listener, const struct sockaddr *address, socklen_t length)
{
    listener->fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->fd < 0)
        return false;
    int on = 1, off = 0;
    if (address->sa_family != AF_UNIX)
        setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address->sa_family == AF_INET6) /* [::] takes IPv4 too */
        setsockopt(listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(listener->fd, address, length) == 0 && listen(listener->fd, SOMAXCONN) == 0)
        return true;
    int saved = errno;
    close(listener->fd);
    listener->fd = -1;
    errno = saved;
    return false;
}

/* Removes a socket that its daemon left behind. */
static void remove_stale(const struct sockaddr_un *address)
{
    struct stat status;
    if (stat(address->sun_path, &status) != 0 || !S_ISSOCK(status.st_mode))
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 &&
        errno == ECONNREFUSED)
        unlink(address->sun_path);
    close(fd);
}

static bool open_unix(struct listener *listener, const char *path, char *error, size_t size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        snprintf(error, size, "the path of the Unix socket is longer than %zu bytes",
                 sizeof address.sun_path - 1);
        return false;
    }
    strcpy(address.sun_path, path);
    remove_stale(&address);
    if (!listen_at(listener, (const struct sockaddr *)&address, sizeof address)) {
        snprintf(error, size, "cannot listen on %s: %s", path, strerror(errno));
        return false;
    }
    strcpy(listener->unix_path, path);
    return true;
}

static bool open_tcp(struct listener *listener, const char *address, char *error, size_t size)
{
    struct address_parts parts;
    if (!address_split(address, &parts)) {
        snprintf(error, size, "'%s' is not " LISTENER_SYNTAX, address);
        return false;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found;
    int result = getaddrinfo(parts.host, parts.port, &hints, &found);
    if (result != 0) {
        snprintf(error, size, "cannot find %s: %s", address, gai_strerror(result));
        return false;
    }
    bool open = false;
    for (const struct addrinfo *at = found; at && !open; at = at->ai_next)
        open = listen_at(listener, at->ai_addr, at->ai_addrlen);
    int saved = errno;
    freeaddrinfo(found);
    if (!open)
        snprintf(error, size, "cannot listen on %s: %s%s", address, strerror(saved),
                 saved == EADDRINUSE ? "; another daemon has it: choose another port with --listen"
                                     : "");
    return open;
}

bool listener_address_is_valid(const char *address)
{
    struct address_parts parts;
    return strchr(address, '/') || address_split(address, &parts);
}

bool listener_open(struct listener *listener, const char *address, char *error, size_t size)
{
    memset(listener, 0, sizeof *listener);
    listener->fd = -1;
    bool open = strchr(address, '/') ? open_unix(listener, address, error, size)
                                     : open_tcp(listener, address, error, size);
    return open && describe(listener, error, size);
}

bool listener_inherit(struct listener *listener, int fd, char *error, size_t size)
{
    memset(listener, 0, sizeof *listener);
    listener->fd = fd;
    int type = 0, listening = 0;
    socklen_t length = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_STREAM ||
        getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0 || !listening) {
        snprintf(error, size, "the inherited socket is not a listening stream socket");
        return false;
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); /* others may accept from it too */
    return describe(listener, error, size);
}

void listener_close(struct listener *listener)
{
    if (listener->fd >= 0)
        close(listener->fd);
    listener->fd = -1;
    if (listener->unix_path[0])
        unlink(listener->unix_path);
    listener->unix_path[0] = '\0';
}
