#include "http/connection/connection.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"

#define PHASE_BITS 8
#define PHASE_MASK ((UINT64_C(1) << PHASE_BITS) - 1)

enum connection_phase connection_state_phase(uint64_t state)
{
    return (enum connection_phase)(state & PHASE_MASK);
}

/* The socket is shut down; libmicrohttpd will close it. */
static bool is_shut(uint64_t state)
{
    enum connection_phase phase = connection_state_phase(state);
    return phase == CONNECTION_TIMED_OUT || phase == CONNECTION_CLOSED;
}

bool connection_move(struct connection *connection, uint64_t state, enum connection_phase phase)
{
    return atomic_compare_exchange_strong(&connection->state, &state,
                                          (state & ~PHASE_MASK) | phase);
}

enum connection_phase connection_phase(const struct connection *connection)
{
    return connection_state_phase(atomic_load_explicit(&connection->state, memory_order_relaxed));
}

static void begin_idle(struct connection *connection)
{
    int64_t now = clock_now_ns();
    atomic_store(&connection->idle_since_ns, now);
    atomic_store(&connection->deadline_ns, now + CONNECTION_IDLE_S * NS_PER_S);
}

static void limit_unsent(int fd)
{
    int bytes = CONNECTION_UNSENT_BYTES;
    /* Unix sockets do not have this option, and do not need it: they hold little. */
    setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
}

static void format_address(struct connection *connection, const struct sockaddr *address)
{
    char host[INET6_ADDRSTRLEN];
    if (address && address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        snprintf(connection->address, sizeof connection->address, "%s:%u", host,
                 ntohs(v4->sin_port));
    } else if (address && address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        snprintf(connection->address, sizeof connection->address, "[%s]:%u", host,
                 ntohs(v6->sin6_port));
    } else {
        strcpy(connection->address, "local");
    }
}

struct connection *connection_create(int fd, const struct sockaddr *address,
                                     int64_t request_timeout_ns)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return NULL;
    connection->fd = fd;
    connection->request_timeout_ns = request_timeout_ns;
    connection->hung_up = UINT64_MAX;
    atomic_init(&connection->references, 1);
    atomic_init(&connection->state, CONNECTION_IDLE);
    format_address(connection, address);
    begin_idle(connection);
    limit_unsent(fd);
    return connection;
}

void connection_hold(struct connection *connection)
{
    atomic_fetch_add(&connection->references, 1);
}

void connection_release(struct connection *connection)
{
    if (atomic_fetch_sub(&connection->references, 1) == 1)
        free(connection);
}

void connection_begin(struct connection *connection)
{
    atomic_store(&connection->deadline_ns, clock_now_ns() + connection->request_timeout_ns);
    uint64_t state = atomic_load(&connection->state);
    /* A socket that was shut down stays so. */
    if (connection_state_phase(state) == CONNECTION_IDLE)
        atomic_compare_exchange_strong(&connection->state, &state,
                                       ((state >> PHASE_BITS) + 1) << PHASE_BITS |
                                           CONNECTION_HEADERS);
}

void connection_headers_complete(struct connection *connection)
{
    uint64_t state = atomic_load(&connection->state);
    if (connection_state_phase(state) == CONNECTION_HEADERS)
        connection_move(connection, state, CONNECTION_BODY);
}

void connection_clear_deadline(struct connection *connection)
{
    atomic_store(&connection->deadline_ns, INT64_MAX);
}

void connection_stream(struct connection *connection)
{
    atomic_store(&connection->streaming, true);
}

void connection_postpone_deadline(struct connection *connection, int64_t ns)
{
    if (atomic_load(&connection->deadline_ns) != INT64_MAX)
        atomic_fetch_add(&connection->deadline_ns, ns);
}

bool connection_work(struct connection *connection)
{
    uint64_t state = atomic_load(&connection->state);
    return connection_state_phase(state) == CONNECTION_BODY &&
           connection_move(connection, state, CONNECTION_WORKING);
}

bool connection_respond(struct connection *connection)
{
    uint64_t state = atomic_load(&connection->state);
    /* The monitor may change WORKING in between: then try again. */
    while (!is_shut(state)) {
        if (connection_move(connection, state, CONNECTION_RESPONDING))
            return true;
        state = atomic_load(&connection->state);
    }
    return false;
}

void connection_finish(struct connection *connection)
{
    begin_idle(connection);
    atomic_store(&connection->streaming, false);
    uint64_t state = atomic_load(&connection->state);
    while (!is_shut(state) && !connection_move(connection, state, CONNECTION_IDLE))
        state = atomic_load(&connection->state);
}

void connection_send(struct connection *connection, const char *response, size_t size)
{
    ssize_t sent = send(connection->fd, response, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent; /* what does not fit is lost: the client is too slow */
}
