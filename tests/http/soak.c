/* soak HOST PORT REQUESTS [CONNECTIONS]: many requests over many connections, with disconnects at
 * random places among them; then /metrics must show that nothing is left behind: no
 * request, job, connection, byte of the budget or file descriptor. Run by script/soak.
 *
 * Every answer that is waited for must be the right one. Exit status 0 or 1. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 256
#define ANSWER_MAX (1 << 20)
#define WAIT_S 60

static struct sockaddr_in server;
static atomic_long requests_left;
static atomic_long answered, abandoned, failed;

struct client {
    pthread_t thread;
    uint64_t random; /* xorshift64 */
    int fd;
    char *answer;
};

static uint64_t draw(struct client *client, uint64_t below)
{
    client->random ^= client->random << 13;
    client->random ^= client->random >> 7;
    client->random ^= client->random << 17;
    return client->random % below;
}

static int open_connection(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct timeval wait = {WAIT_S, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    if (connect(fd, (struct sockaddr *)&server, sizeof server) == 0)
        return fd;
    close(fd);
    return -1;
}

/* Sends all of it, or less when the peer closes. */
static bool send_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* Reads one answer with a Content-Length into client->answer; returns the body, or NULL. */
static const char *read_answer(struct client *client)
{
    size_t used = 0, need = SIZE_MAX;
    char *body = NULL;
    while (used < need) {
        ssize_t got = recv(client->fd, client->answer + used, ANSWER_MAX - 1 - used, 0);
        if (got <= 0)
            return NULL;
        used += (size_t)got;
        client->answer[used] = '\0';
        char *end = body ? NULL : strstr(client->answer, "\r\n\r\n");
        if (end) {
            const char *length = strcasestr(client->answer, "content-length:");
            body = end + 4;
            need = (size_t)(body - client->answer) + (length ? strtoul(length + 15, NULL, 10) : 0);
        }
    }
    return body;
}

/* Three kinds: a plain one, a slow one that is worth cancelling, a wrong one. */
static size_t make_request(struct client *client, char *text, size_t size, int *kind)
{
    static const char three[] =
        "{\"particles\":[{\"x\":0.3,\"y\":0.5,\"ang_vel\":1},{\"x\":0,\"y\":-0.5,\"ang_vel\":-1},"
        "{\"x\":-0.1,\"y\":-0.4,\"ang_vel\":3}]}";
    static const char slow[] =
        "{\"particles\":[[0.3,0.5,1]],\"dt\":0.1,\"timestep\":1e-6,\"method\":\"reference\"}";
    static const char wrong[] = "{\"particles\":[[0.3,0.5,1]],\"dt\":-1}";
    static const char *const bodies[] = {three, slow, wrong};
    uint64_t roll = draw(client, 100);
    *kind = roll < 90 ? 0 : roll < 95 ? 1 : 2;
    return (size_t)snprintf(
        text, size, "POST /simulate HTTP/1.1\r\nHost: soak\r\nContent-Length: %zu\r\n\r\n%s",
        strlen(bodies[*kind]), bodies[*kind]);
}

static bool answer_is_right(const struct client *client, const char *body, int kind)
{
    static const char *const wanted[] = {"\"x\":0.2102698450356", "[[0.21026950", "\"/dt\""};
    const char *status = kind == 2 ? "HTTP/1.1 422" : "HTTP/1.1 200";
    return strncmp(client->answer, status, strlen(status)) == 0 && strstr(body, wanted[kind]);
}

static void one_request(struct client *client)
{
    char request[1024];
    int kind;
    size_t size = make_request(client, request, sizeof request, &kind);
    if (client->fd < 0)
        client->fd = open_connection();
    if (client->fd < 0) {
        atomic_fetch_add(&failed, 1);
        return;
    }
    if (draw(client, 20) == 0) { /* leave after some of the request, or before the answer */
        size_t part = draw(client, 2) ? size : draw(client, size);
        send_all(client->fd, request, part);
        close(client->fd);
        client->fd = -1;
        atomic_fetch_add(&abandoned, 1);
        return;
    }
    const char *body = send_all(client->fd, request, size) ? read_answer(client) : NULL;
    if (body && answer_is_right(client, body, kind)) {
        atomic_fetch_add(&answered, 1);
        return;
    }
    if (atomic_fetch_add(&failed, 1) == 0)
        fprintf(stderr, "soak: wrong or no answer to %s: %s\n", request,
                body ? client->answer : "(none)");
    close(client->fd);
    client->fd = -1;
}

static void *client_main(void *argument)
{
    struct client *client = argument;
    while (atomic_fetch_sub(&requests_left, 1) > 0)
        one_request(client);
    if (client->fd >= 0)
        close(client->fd);
    return NULL;
}

static double metric(const char *text, const char *name)
{
    char line[128];
    snprintf(line, sizeof line, "\n%s ", name);
    const char *found = strstr(text, line);
    return found ? strtod(found + strlen(line), NULL) : -1;
}

/* Fetches /metrics over a connection of its own. */
static const char *read_metrics(struct client *client)
{
    static const char request[] =
        "GET /metrics HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n";
    client->fd = open_connection();
    if (client->fd < 0)
        return NULL;
    const char *body =
        send_all(client->fd, request, sizeof request - 1) ? read_answer(client) : NULL;
    close(client->fd);
    return body;
}

/* True when only this very request is left. */
static bool nothing_left(const char *text, double fds)
{
    return metric(text, "particled_requests_in_flight") == 1 &&
           metric(text, "particled_jobs_in_flight") == 0 &&
           metric(text, "particled_connections") == 1 &&
           metric(text, "particled_memory_used_bytes") == 0 &&
           metric(text, "particled_queue_depth") == 0 &&
           metric(text, "particled_workers_busy") == 0 && metric(text, "process_open_fds") == fds;
}

static bool settle(struct client *client, double fds)
{
    const char *text = NULL;
    for (int tries = 0; tries < 10 * WAIT_S; tries++) {
        text = read_metrics(client);
        if (text && nothing_left(text, fds))
            return true;
        nanosleep(&(struct timespec){0, 100000000}, NULL);
    }
    fprintf(stderr, "soak: something is left behind:\n%s", text ? text : "(no metrics)\n");
    return false;
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "Usage: soak HOST PORT REQUESTS [CONNECTIONS]\n");
        return 2;
    }
    server.sin_family = AF_INET;
    server.sin_port = htons((uint16_t)atoi(argv[2]));
    int count = argc > 4 ? atoi(argv[4]) : 64;
    if (inet_pton(AF_INET, argv[1], &server.sin_addr) != 1 || count < 1 ||
        count > CONNECTIONS_MAX) {
        fprintf(stderr, "soak: bad address or number of connections\n");
        return 2;
    }
    atomic_store(&requests_left, atol(argv[3]));
    static struct client clients[CONNECTIONS_MAX];
    for (int i = 0; i < count; i++) {
        clients[i].random = 0x9e3779b97f4a7c15u * (uint64_t)(i + 1);
        clients[i].fd = -1;
        clients[i].answer = malloc(ANSWER_MAX);
    }
    const char *text = read_metrics(&clients[0]);
    if (!text) {
        fprintf(stderr, "soak: the daemon does not answer\n");
        return 1;
    }
    double fds = metric(text, "process_open_fds");
    clients[0].fd = -1;
    for (int i = 0; i < count; i++)
        pthread_create(&clients[i].thread, NULL, client_main, &clients[i]);
    for (int i = 0; i < count; i++)
        pthread_join(clients[i].thread, NULL);
    bool settled = settle(&clients[0], fds);
    printf("%ld answered, %ld abandoned, %ld failed; %s\n", atomic_load(&answered),
           atomic_load(&abandoned), atomic_load(&failed),
           settled ? "nothing left behind" : "something was left behind");
    for (int i = 0; i < count; i++)
        free(clients[i].answer);
    return settled && atomic_load(&failed) == 0 ? 0 : 1;
}
