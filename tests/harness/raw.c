#include "harness.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "reply.h"

#define SILENCE_MS 300

static int connect_to(const struct sockaddr *address, socklen_t length)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    if (connect(fd, address, length) == 0)
        return fd;
    close(fd);
    return -1;
}

int raw_connect(const struct daemon *daemon)
{
    if (daemon->unix_path[0]) {
        struct sockaddr_un path = {.sun_family = AF_UNIX};
        snprintf(path.sun_path, sizeof path.sun_path, "%s", daemon->unix_path);
        return connect_to((const struct sockaddr *)&path, sizeof path);
    }
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((in_port_t)daemon->port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = connect_to((const struct sockaddr *)&address, sizeof address);
    int on = 1;
    if (fd >= 0) /* send each piece at once */
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

int raw_open(const struct daemon *daemon)
{
    int fd = raw_connect(daemon);
    ck_assert_msg(fd >= 0, "the daemon refuses the connection: %s", strerror(errno));
    return fd;
}

bool raw_send_bytes(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

bool raw_send(int fd, const char *text)
{
    return raw_send_bytes(fd, text, strlen(text));
}

bool raw_sendf(int fd, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int size = vasprintf(&text, format, args);
    va_end(args);
    ck_assert_int_ge(size, 0);
    bool sent = raw_send_bytes(fd, text, (size_t)size);
    free(text);
    return sent;
}

void raw_post(int fd, const char *body)
{
    ck_assert(raw_sendf(fd, "POST /simulate HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s",
                        strlen(body), body));
}

/* Receives at most `size` bytes; returns 0 if the daemon has closed the connection. */
static size_t receive(int fd, char *bytes, size_t size)
{
    struct pollfd poller = {fd, POLLIN, 0};
    ck_assert_msg(poll(&poller, 1, HARNESS_LIMIT_S * 1000) == 1, "no response arrives");
    ssize_t got = recv(fd, bytes, size, 0);
    return got > 0 ? (size_t)got : 0;
}

/* Reads up to the empty line and no further, because the next response may follow. */
static bool read_head(int fd, struct reply *reply)
{
    size_t size = 0;
    char byte;
    while (receive(fd, &byte, 1) == 1) {
        reply_append(&reply->head, &size, &byte, 1);
        if (size >= 4 && memcmp(reply->head + size - 4, "\r\n\r\n", 4) == 0)
            return true;
    }
    ck_assert_msg(size == 0, "a response is incomplete: %s", reply->head);
    return false;
}

static void read_bytes(int fd, struct reply *reply, size_t remaining)
{
    char buffer[4096];
    while (remaining > 0) {
        size_t got = receive(fd, buffer, remaining < sizeof buffer ? remaining : sizeof buffer);
        ck_assert_msg(got > 0, "the body of a response is incomplete");
        reply_append(&reply->body, &reply->size, buffer, got);
        remaining -= got;
    }
}

/* Reads a line, without its CR LF. */
static void read_line(int fd, char *line, size_t size)
{
    size_t length = 0;
    while (receive(fd, line + length, 1) == 1 && line[length] != '\n')
        ck_assert_uint_lt(++length, size);
    ck_assert(length > 0 && line[length - 1] == '\r');
    line[length - 1] = '\0';
}

static void read_chunks(int fd, struct reply *reply)
{
    char line[64];
    size_t size;
    do {
        read_line(fd, line, sizeof line);
        ck_assert_int_eq(sscanf(line, "%zx", &size), 1);
        read_bytes(fd, reply, size);
        read_line(fd, line, sizeof line);
        ck_assert_str_eq(line, "");
    } while (size > 0);
}

static void read_body(int fd, struct reply *reply)
{
    const char *encoding = reply_header(reply, "Transfer-Encoding");
    if (encoding && strcmp(encoding, "chunked") == 0) {
        read_chunks(fd, reply);
        return;
    }
    const char *length = reply_header(reply, "Content-Length");
    read_bytes(fd, reply, length ? strtoul(length, NULL, 10) : 0);
}

const struct reply *raw_read(int fd)
{
    static struct reply reply;
    reply_clear(&reply);
    if (read_head(fd, &reply)) {
        ck_assert_int_eq(sscanf(reply.head, "HTTP/1.%*1[01] %d", &reply.status), 1);
        read_body(fd, &reply);
    }
    reply_complete(&reply);
    return &reply;
}

const char *raw_read_all(int fd)
{
    static char *text;
    size_t size = 0, got;
    char buffer[4096];
    reply_append(&text, &size, "", 0);
    while ((got = receive(fd, buffer, sizeof buffer)) > 0)
        reply_append(&text, &size, buffer, got);
    return text;
}

bool raw_is_closed(int fd)
{
    char buffer[4096];
    struct pollfd poller = {fd, POLLIN, 0};
    while (poll(&poller, 1, HARNESS_LIMIT_S * 1000) == 1)
        if (recv(fd, buffer, sizeof buffer, 0) <= 0)
            return true;
    return false;
}

bool raw_is_silent(int fd)
{
    struct pollfd poller = {fd, POLLIN, 0};
    return poll(&poller, 1, SILENCE_MS) == 0;
}
