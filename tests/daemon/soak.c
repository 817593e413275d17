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
#define ANSWER_MAX ((size_t)4 << 20)
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

/* --- what is asked --------------------------------------------------------------------------- */

struct kind {
    const char *target; /* and the headers, without Content-Length */
    const char *body;
    size_t size;
    unsigned share; /* of 100 */
    unsigned status;
    const char *wanted; /* is in the answer's body, or begins it, when that is not text */
};

#define THREE                                                                                      \
    "{\"particles\":[{\"x\":0.3,\"y\":0.5,\"ang_vel\":1},{\"x\":0,\"y\":-0.5,\"ang_vel\":-1},"     \
    "{\"x\":-0.1,\"y\":-0.4,\"ang_vel\":3}]}"
#define TEXT(text) text, sizeof text - 1

enum { KIND_MANY, KIND_MANY_NPY, FIXED_KINDS };

/* Tiny ones that the I/O threads compute, ones for the workers, one worth cancelling, answers that
 * are streamed, and wrong ones. The bodies of the first two are made by make_many. */
static struct kind kinds[] = {
    [KIND_MANY] = {"/simulate?method=euler\r\nContent-Type: text/csv\r\nAccept: text/csv", NULL, 0,
                   2, 200, "x,y,ang_vel\n"},
    [KIND_MANY_NPY] = {"/simulate?method=analytic\r\nContent-Type: application/x-npy\r\n"
                       "Accept: application/json\r\nAccept-Encoding: gzip",
                       NULL, 0, 2, 200, "\x1f\x8b"},
    [FIXED_KINDS] = {"/simulate", TEXT(THREE), 60, 200, "\"x\":0.2102698450356"},
    {"/simulate?method=euler", TEXT(THREE), 8, 200, "\"x\":0.210269845"},
    {"/simulate\r\nAccept: application/x-npy", TEXT(THREE), 3, 200, "\x93NUMPY"},
    {"/simulate\r\nAccept: image/svg+xml", TEXT(THREE), 3, 200, "<svg "},
    {"/simulate?frames=50", TEXT(THREE), 4, 200, "\"frames\""},
    {"/simulate?frames=50&method=analytic\r\nAccept: application/x-ndjson", TEXT(THREE), 4, 200,
     "{\"step\":0,"},
    {"/simulate?dt=0.1&timestep=1e-6&method=reference", TEXT("{\"particles\":[[0.3,0.5,1]]}"), 5,
     200, "[[0.21026950"},
    {"/simulate?dt=-1", TEXT(THREE), 4, 422, "\"parameter\":\"dt\""},
    {"/simulate\r\nContent-Encoding: zstd", TEXT(THREE), 2, 400, "zstd"},
    {"/simulate\r\nContent-Type: text/csv", TEXT("x,y,ang_vel\n0.3,0.5,one\n"), 3, 422, "line 2"},
};

enum { KINDS = sizeof kinds / sizeof kinds[0], MANY = 20000 };

static void make_many(void)
{
    static char csv[MANY * 40];
    char *end = csv + sprintf(csv, "x,y,ang_vel\n");
    for (int i = 0; i < MANY; i++)
        end += sprintf(end, "%.6f,%.6f,%d\n", i / (double)MANY, 0.5, i % 7 - 3);
    kinds[KIND_MANY].body = csv;
    kinds[KIND_MANY].size = (size_t)(end - csv);

    static char npy[128 + MANY * 3 * sizeof(double)] = "\x93NUMPY\x01\x00\x76\x00";
    int size = snprintf(npy + 10, 118,
                        "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, 3), }", MANY);
    memset(npy + 10 + size, ' ', (size_t)(117 - size));
    npy[127] = '\n';
    for (int i = 0; i < MANY; i++) {
        double row[] = {i / (double)MANY, 0.5, i % 7 - 3};
        memcpy(npy + 128 + (size_t)i * sizeof row, row, sizeof row);
    }
    kinds[KIND_MANY_NPY].body = npy;
    kinds[KIND_MANY_NPY].size = sizeof npy;
}

static const struct kind *draw_kind(struct client *client)
{
    uint64_t roll = draw(client, 100);
    size_t i = 0;
    while (i < KINDS - 1 && roll >= kinds[i].share)
        roll -= kinds[i++].share;
    return &kinds[i];
}

/* --- one request ----------------------------------------------------------------------------- */

/* How many bytes the answer has, SIZE_MAX as long as that is not known. */
static size_t answer_size(const char *answer, size_t used, const char *body)
{
    const char *length = strcasestr(answer, "content-length:");
    if (length && length < body)
        return (size_t)(body - answer) + strtoul(length + 15, NULL, 10);
    bool ended = used >= 7 && memcmp(answer + used - 7, "\r\n0\r\n\r\n", 7) == 0;
    return ended ? used : SIZE_MAX;
}

/* Reads one answer into client->answer, or its first `most` bytes; returns the body, or NULL. That
 * of a streamed answer has the marks of its chunks in it. */
static const char *read_answer(struct client *client, size_t most)
{
    size_t used = 0, need = SIZE_MAX;
    char *body = NULL;
    most = most < ANSWER_MAX - 1 ? most : ANSWER_MAX - 1;
    while (used < need && used < most) {
        ssize_t got = recv(client->fd, client->answer + used, most - used, 0);
        if (got <= 0)
            return NULL;
        used += (size_t)got;
        client->answer[used] = '\0';
        char *end = body ? NULL : strstr(client->answer, "\r\n\r\n");
        if (end)
            body = end + 4;
        if (body)
            need = answer_size(client->answer, used, body);
    }
    return used == need ? body : NULL;
}

static bool answer_is_right(const struct client *client, const char *body, const struct kind *kind)
{
    char status[16];
    snprintf(status, sizeof status, "HTTP/1.1 %u", kind->status);
    return strncmp(client->answer, status, strlen(status)) == 0 && strstr(body, kind->wanted);
}

static bool send_request(const struct client *client, const struct kind *kind, size_t most)
{
    char head[512];
    size_t size = (size_t)snprintf(head, sizeof head,
                                   "POST %.*s HTTP/1.1\r\nHost: soak%s\r\n"
                                   "Content-Length: %zu\r\n\r\n",
                                   (int)strcspn(kind->target, "\r"), kind->target,
                                   kind->target + strcspn(kind->target, "\r"), kind->size);
    size_t first = size < most ? size : most;
    size_t second = kind->size < most - first ? kind->size : most - first;
    return send_all(client->fd, head, first) && send_all(client->fd, kind->body, second);
}

/* Sends some of the request and leaves; or all of it, and leaves before the answer or amidst it. */
static void abandon(struct client *client, const struct kind *kind)
{
    uint64_t roll = draw(client, 3);
    send_request(client, kind, roll == 0 ? draw(client, kind->size + 100) : SIZE_MAX);
    if (roll == 1)
        read_answer(client, 1 + draw(client, 2000));
    close(client->fd);
    client->fd = -1;
    atomic_fetch_add(&abandoned, 1);
}

static void one_request(struct client *client)
{
    const struct kind *kind = draw_kind(client);
    if (client->fd < 0)
        client->fd = open_connection();
    if (client->fd < 0) {
        atomic_fetch_add(&failed, 1);
        return;
    }
    if (draw(client, 20) == 0) {
        abandon(client, kind);
        return;
    }
    const char *body = send_request(client, kind, SIZE_MAX) ? read_answer(client, SIZE_MAX) : NULL;
    if (body && answer_is_right(client, body, kind)) {
        atomic_fetch_add(&answered, 1);
        return;
    }
    if (atomic_fetch_add(&failed, 1) == 0)
        fprintf(stderr, "soak: wrong or no answer to %s: %.2000s\n", kind->target,
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
        send_all(client->fd, request, sizeof request - 1) ? read_answer(client, SIZE_MAX) : NULL;
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
    make_many();
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
