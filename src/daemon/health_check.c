#include "daemon/health_check.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/connection/address.h"

/* Limit for each of connecting, sending and receiving. */
#define WAIT_S 5

static void set_timeouts(int fd)
{
    struct timeval wait = {WAIT_S, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
}

static int connect_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    set_timeouts(fd);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static int connect_tcp(const struct address_parts *parts)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    if (getaddrinfo(parts->host, parts->port, &hints, &found) != 0) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    int fd = -1;
    for (const struct addrinfo *at = found; at && fd < 0; at = at->ai_next) {
        fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, 0);
        if (fd < 0)
            continue;
        set_timeouts(fd);
        if (connect(fd, at->ai_addr, at->ai_addrlen) != 0) {
            int saved = errno;
            close(fd);
            errno = saved;
            fd = -1;
        }
    }
    freeaddrinfo(found);
    return fd;
}

/* Reads the status line of the response; returns the status, or -1. */
static int read_status(int fd)
{
    char line[128];
    size_t used = 0;
    while (used < sizeof line - 1) {
        ssize_t got = recv(fd, line + used, sizeof line - 1 - used, 0);
        if (got <= 0)
            break;
        used += (size_t)got;
        if (memchr(line, '\n', used))
            break;
    }
    line[used] = '\0';
    int status;
    return sscanf(line, "HTTP/1.%*1[01] %d", &status) == 1 ? status : -1;
}

/* Sends a request for /readyz; returns the status of the response, or -1. */
static int get_status(int fd)
{
    static const char request[] =
        "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    ssize_t size = sizeof request - 1;
    if (send(fd, request, (size_t)size, MSG_NOSIGNAL) != size)
        return -1;
    return read_status(fd);
}

int health_check(const char *url)
{
    int fd;
    if (strncmp(url, "unix:", 5) == 0 || url[0] == '/') {
        fd = connect_unix(url[0] == '/' ? url : url + 5);
    } else {
        char authority[264];
        const char *start = strncmp(url, "http://", 7) == 0 ? url + 7 : url;
        snprintf(authority, sizeof authority, "%.*s", (int)strcspn(start, "/"), start);
        struct address_parts parts;
        if (!address_split(authority, &parts)) {
            fprintf(stderr, "particled: --check '%s' must be http://HOST:PORT or unix:PATH\n", url);
            return 2;
        }
        fd = connect_tcp(&parts);
    }
    if (fd < 0) {
        fprintf(stderr, "particled: cannot connect to %s: %s\n", url, strerror(errno));
        return 1;
    }
    int status = get_status(fd);
    close(fd);
    if (status == 200)
        return 0;
    if (status < 0)
        fprintf(stderr, "particled: %s sent no HTTP response\n", url);
    else
        fprintf(stderr, "particled: %s is not ready: status %d\n", url, status);
    return 1;
}
