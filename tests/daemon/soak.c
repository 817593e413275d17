/* soak HOST PORT REQUESTS [CONNECTIONS]: sends many requests over many connections, and disconnects
 * at random points: in a request or a response, after more parameters than the daemon takes, and
 * after pipelined requests whose responses are not read. Meanwhile some clients read large
 * responses slowly. Then /metrics must show that the daemon has released everything: requests,
 * jobs, connections, memory budget and file descriptors. Run by script/soak.
 *
 * Every response that is read completely must be correct, and slow readers must not be cut off.
 * Exit status 0 or 1. */
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
#define RESPONSE_MAX ((size_t)4 << 20)
#define WAIT_S 60

/* A slow reader takes SLOW_BYTES at a time, and leaves after SLOW_TURNS pauses. */
#define SLOW_READERS 4
#define SLOW_BYTES 2048
#define SLOW_PAUSE_NS 500000000
#define SLOW_TURNS 200

/* Parameters of a query: more than the daemon takes. Its headers may have 32 KiB. */
#define PARAMETERS_MIN 1000
#define PARAMETERS_MAX 10000

#define PIPELINED 20

static struct sockaddr_in server;
static atomic_long requests_left;
static atomic_long completed, disconnected, slow, failed;

struct client {
    pthread_t thread;
    uint64_t random; /* xorshift64 */
    int fd;
    char *response;
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

/* Sends all bytes. False when the other side has closed the connection. */
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

/* --- kinds of requests ----------------------------------------------------------------------- */

struct kind {
    const char *target; /* and the headers, without Content-Length */
    const char *body;
    size_t size;
    unsigned percent; /* of the requests */
    unsigned status;
    const char *expected; /* part of the body; its start when the body is not text */
};

#define THREE                                                                                      \
    "{\"particles\":[{\"x\":0.3,\"y\":0.5,\"ang_vel\":1},{\"x\":0,\"y\":-0.5,\"ang_vel\":-1},"     \
    "{\"x\":-0.1,\"y\":-0.4,\"ang_vel\":3}]}"
#define TEXT(text) text, sizeof text - 1

enum { KIND_MANY, KIND_MANY_NPY, FIXED_KINDS };

/* Tiny requests for the I/O threads, requests for the workers, a long one, streamed responses, and
 * invalid requests. make_many makes the bodies of the first two. */
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
    while (i < KINDS - 1 && roll >= kinds[i].percent)
        roll -= kinds[i++].percent;
    return &kinds[i];
}

/* --- one request ----------------------------------------------------------------------------- */

/* The number of bytes of the response, or SIZE_MAX when it is not known yet. */
static size_t response_size(const char *response, size_t used, const char *body)
{
    const char *length = strcasestr(response, "content-length:");
    if (length && length < body)
        return (size_t)(body - response) + strtoul(length + 15, NULL, 10);
    bool ended = used >= 7 && memcmp(response + used - 7, "\r\n0\r\n\r\n", 7) == 0;
    return ended ? used : SIZE_MAX;
}

/* Reads a response, or its first `most` bytes, into client->response. Returns the body, NULL when
 * it is not complete. The body of a streamed response includes the chunk headers. */
static const char *read_response(struct client *client, size_t most)
{
    size_t used = 0, need = SIZE_MAX;
    char *body = NULL;
    most = most < RESPONSE_MAX - 1 ? most : RESPONSE_MAX - 1;
    while (used < need && used < most) {
        ssize_t got = recv(client->fd, client->response + used, most - used, 0);
        if (got <= 0)
            return NULL;
        used += (size_t)got;
        client->response[used] = '\0';
        char *end = body ? NULL : strstr(client->response, "\r\n\r\n");
        if (end)
            body = end + 4;
        if (body)
            need = response_size(client->response, used, body);
    }
    return used == need ? body : NULL;
}

static bool response_is_correct(const struct client *client, const char *body,
                                const struct kind *kind)
{
    char status[16];
    snprintf(status, sizeof status, "HTTP/1.1 %u", kind->status);
    return strncmp(client->response, status, strlen(status)) == 0 && strstr(body, kind->expected);
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

/* Sends a request with so many parameters that the daemon refuses it. */
static void send_parameters(struct client *client)
{
    size_t count = PARAMETERS_MIN + draw(client, PARAMETERS_MAX - PARAMETERS_MIN);
    char *end = client->response + sprintf(client->response, "GET /livez?a");
    for (size_t i = 0; i < count; i++)
        end = stpcpy(end, "&a");
    end = stpcpy(end, " HTTP/1.1\r\nHost: soak\r\n\r\n");
    send_all(client->fd, client->response, (size_t)(end - client->response));
}

/* Disconnects in the middle of the request, before the response or in the middle of it, after a
 * request with too many parameters, or after requests that are pipelined. */
static void leave_early(struct client *client, const struct kind *kind)
{
    switch (draw(client, 5)) {
    case 0:
        send_request(client, kind, draw(client, kind->size + 100));
        break;
    case 1:
        send_request(client, kind, SIZE_MAX);
        break;
    case 2:
        send_request(client, kind, SIZE_MAX);
        read_response(client, 1 + draw(client, 2000));
        break;
    case 3:
        send_parameters(client);
        break;
    default:
        /* with a short body: nobody reads the responses, so a long one might not be taken */
        for (int i = 0; i < PIPELINED; i++)
            send_request(client, kind->size < 1000 ? kind : &kinds[FIXED_KINDS], SIZE_MAX);
        break;
    }
    close(client->fd);
    client->fd = -1;
    atomic_fetch_add(&disconnected, 1);
}

static void make_request(struct client *client)
{
    const struct kind *kind = draw_kind(client);
    if (client->fd < 0)
        client->fd = open_connection();
    if (client->fd < 0) {
        atomic_fetch_add(&failed, 1);
        return;
    }
    if (draw(client, 20) == 0) {
        leave_early(client, kind);
        return;
    }
    const char *body =
        send_request(client, kind, SIZE_MAX) ? read_response(client, SIZE_MAX) : NULL;
    if (body && response_is_correct(client, body, kind)) {
        atomic_fetch_add(&completed, 1);
        return;
    }
    if (atomic_fetch_add(&failed, 1) == 0)
        fprintf(stderr, "soak: wrong or no response to %s: %.2000s\n", kind->target,
                body ? client->response : "(none)");
    close(client->fd);
    client->fd = -1;
}

static void *client_main(void *argument)
{
    struct client *client = argument;
    while (atomic_fetch_sub(&requests_left, 1) > 0)
        make_request(client);
    if (client->fd >= 0)
        close(client->fd);
    return NULL;
}

/* --- slow readers ---------------------------------------------------------------------------- */

/* Reads a large response slowly, then disconnects. False when the daemon has cut it off. */
static bool read_slowly(struct client *client)
{
    bool open = send_request(client, &kinds[KIND_MANY], SIZE_MAX);
    for (int i = 0; open && i < SLOW_TURNS && atomic_load(&requests_left) > 0; i++) {
        open = recv(client->fd, client->response, SLOW_BYTES, 0) > 0;
        nanosleep(&(struct timespec){0, SLOW_PAUSE_NS}, NULL);
    }
    return open;
}

static void *slow_main(void *argument)
{
    struct client *client = argument;
    while (atomic_load(&requests_left) > 0) {
        client->fd = open_connection();
        bool whole = client->fd >= 0 && read_slowly(client);
        if (client->fd >= 0)
            close(client->fd);
        if (!whole)
            fprintf(stderr, "soak: a slow reader was cut off\n");
        atomic_fetch_add(whole ? &slow : &failed, 1);
    }
    return NULL;
}

/* --- what the daemon shows ------------------------------------------------------------------- */

static double metric(const char *text, const char *name)
{
    char line[128];
    snprintf(line, sizeof line, "\n%s ", name);
    const char *found = strstr(text, line);
    return found ? strtod(found + strlen(line), NULL) : -1;
}

/* Fetches /metrics over a new connection. */
static const char *read_metrics(struct client *client)
{
    static const char request[] =
        "GET /metrics HTTP/1.1\r\nHost: soak\r\nConnection: close\r\n\r\n";
    client->fd = open_connection();
    if (client->fd < 0)
        return NULL;
    const char *body =
        send_all(client->fd, request, sizeof request - 1) ? read_response(client, SIZE_MAX) : NULL;
    close(client->fd);
    return body;
}

/* True when only the request for these metrics is in flight. */
static bool all_released(const char *text, double fds)
{
    return metric(text, "particled_requests_in_flight") == 1 &&
           metric(text, "particled_jobs_in_flight") == 0 &&
           metric(text, "particled_connections") == 1 &&
           metric(text, "particled_memory_used_bytes") == 0 &&
           metric(text, "particled_lingering_sockets") == 0 &&
           metric(text, "particled_queue_depth") == 0 &&
           metric(text, "particled_workers_busy") == 0 && metric(text, "process_open_fds") == fds;
}

static bool await_released(struct client *client, double fds)
{
    const char *text = NULL;
    for (int tries = 0; tries < 10 * WAIT_S; tries++) {
        text = read_metrics(client);
        if (text && all_released(text, fds))
            return true;
        nanosleep(&(struct timespec){0, 100000000}, NULL);
    }
    fprintf(stderr, "soak: the daemon has not released everything:\n%s",
            text ? text : "(no metrics)\n");
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
    static struct client clients[CONNECTIONS_MAX + SLOW_READERS];
    int all = count + SLOW_READERS;
    for (int i = 0; i < all; i++) {
        clients[i].random = 0x9e3779b97f4a7c15u * (uint64_t)(i + 1);
        clients[i].fd = -1;
        clients[i].response = malloc(RESPONSE_MAX);
    }
    const char *text = read_metrics(&clients[0]);
    if (!text) {
        fprintf(stderr, "soak: no response from the daemon\n");
        return 1;
    }
    double fds = metric(text, "process_open_fds");
    clients[0].fd = -1;
    for (int i = 0; i < all; i++)
        pthread_create(&clients[i].thread, NULL, i < count ? client_main : slow_main, &clients[i]);
    for (int i = 0; i < all; i++)
        pthread_join(clients[i].thread, NULL);
    bool released = await_released(&clients[0], fds);
    printf("%ld completed, %ld disconnected, %ld read slowly, %ld failed; %s\n",
           atomic_load(&completed), atomic_load(&disconnected), atomic_load(&slow),
           atomic_load(&failed), released ? "all released" : "not all released");
    for (int i = 0; i < all; i++)
        free(clients[i].response);
    return released && atomic_load(&failed) == 0 ? 0 : 1;
}
