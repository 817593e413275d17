#include "cases.h"

#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The request that follows, and its response. */
#define NEXT "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
#define NEXT_BODY "ready\n"

/* What the daemon has sent on one connection. */
struct received {
    const struct message_case *message;
    size_t split; /* where the message was divided, or 0 */
    char *text;   /* NUL-terminated */
    size_t size;
};

#define CHECK(received, condition)                                                                 \
    ck_assert_msg((condition), "%s, divided at %zu: not (%s); the daemon sent:\n%s",               \
                  (received)->message->name, (received)->split, #condition, (received)->text)

static void read_to_end(int fd, struct received *received)
{
    size_t capacity = 1 << 16;
    received->text = calloc(1, capacity);
    ck_assert_ptr_nonnull(received->text);
    for (;;) {
        struct pollfd poller = {fd, POLLIN, 0};
        if (poll(&poller, 1, HARNESS_LIMIT_S * 1000) != 1)
            ck_abort_msg("%s, divided at %zu: the connection stays open; the daemon sent:\n%s",
                         received->message->name, received->split, received->text);
        ssize_t got = recv(fd, received->text + received->size, capacity - received->size - 1, 0);
        if (got <= 0)
            return;
        received->size += (size_t)got;
        received->text[received->size] = '\0';
        CHECK(received, received->size + 1 < capacity);
    }
}

static bool is_allowed(const char *statuses, const char *status)
{
    const char *found = strstr(statuses, status);
    return found && strcspn(found, " ") == strlen(status);
}

/* libmicrohttpd 1.0 closes the connection without a response where 0.9 lets the daemon send 400. */
static bool may_be_silent(const char *statuses)
{
#if MHD_VERSION >= 0x01000000
    if (is_allowed(statuses, "400"))
        return true;
#endif
    return is_allowed(statuses, "-");
}

/* The headers that each response needs, and those of its status. libmicrohttpd writes its own
 * responses without a Content-Type. */
static void check_head(const struct received *received, const char *head, int status)
{
    CHECK(received, strstr(head, "\r\nDate: "));
    if (status == 204)
        CHECK(received, !strstr(head, "\r\nContent-Length: "));
    if (status == 405 || status == 204)
        CHECK(received, strstr(head, "\r\nAllow: "));
    if (status >= 400 && strstr(head, "\r\nContent-Type: "))
        CHECK(received, strstr(head, "\r\nContent-Type: application/problem+json\r\n"));
}

/* Reads the response at `at`; returns where it ends. `status` receives its three digits, and
 * `closes` whether it announces the end of the connection. */
static const char *read_response(const struct received *received, const char *at, bool bodiless,
                                 char status[4], bool *closes)
{
    int code = 0;
    do { /* skips 100 Continue */
        CHECK(received, sscanf(at, "HTTP/1.%*1[01] %3d ", &code) == 1);
        const char *end = strstr(at, "\r\n\r\n");
        CHECK(received, end);
        if (code == 100)
            at = end + 4;
    } while (code == 100);
    const char *end = strstr(at, "\r\n\r\n") + 4;
    char *head = strndup(at, (size_t)(end - at));
    ck_assert_ptr_nonnull(head);
    check_head(received, head, code);
    snprintf(status, 4, "%03d", code);
    *closes = strstr(head, "\r\nConnection: close\r\n") || strncmp(at, "HTTP/1.0", 8) == 0;
    const char *length = strstr(head, "\r\nContent-Length: ");
    size_t size =
        length && !bodiless ? strtoul(length + strlen("\r\nContent-Length: "), NULL, 10) : 0;
    free(head);
    CHECK(received, size <= (size_t)(received->text + received->size - end));
    return end + size;
}

/* When libmicrohttpd 0.9 refuses a Content-Length or a chunk, it writes the head of its response
 * twice; a client takes the second one for the start of the body. */
static bool is_repeated_head(const struct received *received)
{
    const char *end = strstr(received->text, "\r\n\r\n") + 4;
    size_t size = (size_t)(end - received->text);
    return strncmp(received->text, end, size) == 0 && !strstr(end + size, "HTTP/1.1 ");
}

static void check_received(const struct received *received)
{
    const struct message_case *message = received->message;
    if (received->size == 0) {
        CHECK(received, may_be_silent(message->statuses));
        return;
    }
    char status[4];
    bool closes;
    bool bodiless = message->size >= 5 && memcmp(message->bytes, "HEAD ", 5) == 0;
    const char *end = read_response(received, received->text, bodiless, status, &closes);
    CHECK(received, is_allowed(message->statuses, status));
    bool only_status = strcmp(message->statuses, status) == 0;
    bool may_close = strcmp(status, "400") == 0 && !only_status;
    if (message->ending == STAYS_OPEN && !(closes && may_close)) {
        CHECK(received, !closes);
        const char *next_end = read_response(received, end, false, status, &closes);
        CHECK(received, strcmp(status, "200") == 0 && closes);
        CHECK(received, strcmp(next_end - strlen(NEXT_BODY), NEXT_BODY) == 0);
        return;
    }
    CHECK(received, closes || message->ending == INCOMPLETE);
    CHECK(received, *end == '\0' || is_repeated_head(received));
}

static void finish(int fd, const struct message_case *message, size_t split)
{
    /* The daemon may have closed the connection already. */
    char *rest = malloc(message->size + sizeof NEXT);
    ck_assert_ptr_nonnull(rest);
    size_t size = message->size - split;
    memcpy(rest, message->bytes + split, size);
    if (message->ending == INCOMPLETE) {
        raw_send_bytes(fd, rest, size);
        shutdown(fd, SHUT_WR);
    } else {
        memcpy(rest + size, NEXT, strlen(NEXT));
        raw_send_bytes(fd, rest, size + strlen(NEXT));
    }
    free(rest);
    struct received received = {.message = message, .split = split};
    read_to_end(fd, &received);
    close(fd);
    check_received(&received);
    free(received.text);
}

void case_check(const struct daemon *daemon, const struct message_case *message)
{
    finish(raw_open(daemon), message, 0);
}

void case_check_split(const struct daemon *daemon, const struct message_case *message)
{
    int *fds = calloc(message->size, sizeof *fds);
    ck_assert_ptr_nonnull(fds);
    for (size_t split = 1; split < message->size; split++) {
        fds[split] = raw_open(daemon);
        raw_send_bytes(fds[split], message->bytes, split);
    }
    metric(daemon, "particled_connections"); /* the daemon has had time to read the first pieces */
    for (size_t split = 1; split < message->size; split++)
        finish(fds[split], message, split);
    free(fds);
}

void nothing_is_left(const struct daemon *daemon)
{
    await_metric(daemon, "particled_jobs_in_flight", 0);
    await_metric(daemon, "particled_workers_busy", 0);
    await_metric(daemon, "particled_queue_depth", 0);
    await_metric(daemon, "particled_memory_used_bytes", 0);
    await_metric(daemon, "particled_lingering_sockets", 0);
    await_metric(daemon, "particled_requests_in_flight", 1);
    await_metric(daemon, "particled_connections", 1);
}
