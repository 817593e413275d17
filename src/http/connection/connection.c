#include "http/connection/connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"

#define PHASE_BITS 8
#define PHASE_MASK ((UINT64_C(1) << PHASE_BITS) - 1)

struct monitor {
    pthread_mutex_t mutex;  /* guards first, count, ending */
    pthread_cond_t changed; /* the list is no longer empty, or ending */
    struct connection *first;
    size_t count;
    bool ending;
    pthread_t monitor;
    int64_t request_timeout_ns;
    char *timeout_response;
    _Atomic uint64_t timeouts;
    /* The monitor's own: sockets to be polled. */
    struct pollfd *polled;
    struct watched {
        struct connection *connection;
        uint64_t state;
    } * watched;
    size_t capacity;
};

static enum connection_phase state_phase(uint64_t state)
{
    return (enum connection_phase)(state & PHASE_MASK);
}

/* The socket is shut down; libmicrohttpd will close it. */
static bool is_shut(uint64_t state)
{
    return state_phase(state) == CONNECTION_TIMED_OUT || state_phase(state) == CONNECTION_CLOSED;
}

/* Moves the connection to `phase` if it is still as `state` says. */
static bool connection_move(struct connection *connection, uint64_t state,
                            enum connection_phase phase)
{
    return atomic_compare_exchange_strong(&connection->state, &state,
                                          (state & ~PHASE_MASK) | phase);
}

enum connection_phase connection_phase(const struct connection *connection)
{
    return state_phase(atomic_load_explicit(&connection->state, memory_order_relaxed));
}

void connection_begin(struct connection *connection)
{
    atomic_store(&connection->deadline_ns,
                 clock_now_ns() + connection->monitor->request_timeout_ns);
    uint64_t state = atomic_load(&connection->state);
    /* A socket that was shut stays so. */
    if (state_phase(state) == CONNECTION_IDLE)
        atomic_compare_exchange_strong(&connection->state, &state,
                                       ((state >> PHASE_BITS) + 1) << PHASE_BITS |
                                           CONNECTION_RECEIVING);
}

void connection_clear_deadline(struct connection *connection)
{
    atomic_store(&connection->deadline_ns, INT64_MAX);
}

void connection_limit_unsent(struct connection *connection)
{
    int bytes = CONNECTION_UNSENT_BYTES;
    /* Unix sockets do not know it, and need not: they hold little in any case. */
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
}

void connection_extend_deadline(struct connection *connection)
{
    if (atomic_load(&connection->deadline_ns) != INT64_MAX)
        atomic_store(&connection->deadline_ns,
                     clock_now_ns() + connection->monitor->request_timeout_ns);
}

bool connection_work(struct connection *connection)
{
    uint64_t state = atomic_load(&connection->state);
    return state_phase(state) == CONNECTION_RECEIVING &&
           connection_move(connection, state, CONNECTION_WORKING);
}

bool connection_respond(struct connection *connection)
{
    uint64_t state = atomic_load(&connection->state);
    /* The monitor may move WORKING on to LATE, GONE or STOPPED in between: once more. */
    while (!is_shut(state)) {
        if (connection_move(connection, state, CONNECTION_RESPONDING))
            return true;
        state = atomic_load(&connection->state);
    }
    return false;
}

static void set_idle_deadline(struct connection *connection)
{
    /* libmicrohttpd closes idle connections; this is for those that send a byte now and then. */
    atomic_store(&connection->deadline_ns, clock_now_ns() + CONNECTION_KEEPALIVE_S * NS_PER_S +
                                               connection->monitor->request_timeout_ns);
}

void connection_finish(struct connection *connection)
{
    set_idle_deadline(connection);
    uint64_t state = atomic_load(&connection->state);
    while (!is_shut(state) && !connection_move(connection, state, CONNECTION_IDLE))
        state = atomic_load(&connection->state);
}

void connection_send_and_shut(struct connection *connection, const char *response, size_t size)
{
    ssize_t sent = send(connection->fd, response, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent; /* the client gets it or not */
    shutdown(connection->fd, SHUT_RDWR);
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

struct connection *connection_open(struct monitor *monitor, int fd, const struct sockaddr *address)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return NULL;
    connection->monitor = monitor;
    connection->fd = fd;
    atomic_init(&connection->holders, 1);
    format_address(connection, address);
    atomic_init(&connection->state, CONNECTION_IDLE);
    set_idle_deadline(connection);
    connection->hung_up = UINT64_MAX;

    pthread_mutex_lock(&monitor->mutex);
    connection->next = monitor->first;
    connection->link = &monitor->first;
    if (connection->next)
        connection->next->link = &connection->next;
    monitor->first = connection;
    if (monitor->count++ == 0)
        pthread_cond_signal(&monitor->changed);
    pthread_mutex_unlock(&monitor->mutex);
    return connection;
}

void connection_close(struct connection *connection)
{
    struct monitor *monitor = connection->monitor;
    pthread_mutex_lock(&monitor->mutex);
    *connection->link = connection->next;
    if (connection->next)
        connection->next->link = connection->link;
    monitor->count--;
    pthread_mutex_unlock(&monitor->mutex);
    connection_release(connection);
}

void connection_hold(struct connection *connection)
{
    atomic_fetch_add(&connection->holders, 1);
}

void connection_release(struct connection *connection)
{
    if (atomic_fetch_sub(&connection->holders, 1) == 1)
        free(connection);
}

size_t connection_monitor_count(struct monitor *monitor)
{
    pthread_mutex_lock(&monitor->mutex);
    size_t count = monitor->count;
    pthread_mutex_unlock(&monitor->mutex);
    return count;
}

uint64_t connection_monitor_timeouts(struct monitor *monitor)
{
    return atomic_load(&monitor->timeouts);
}

void connection_monitor_stop_jobs(struct monitor *monitor)
{
    pthread_mutex_lock(&monitor->mutex);
    for (struct connection *connection = monitor->first; connection;
         connection = connection->next) {
        uint64_t state = atomic_load(&connection->state);
        if (state_phase(state) == CONNECTION_WORKING)
            connection_move(connection, state, CONNECTION_SHUTDOWN);
    }
    pthread_mutex_unlock(&monitor->mutex);
}

static bool watched_reserve_locked(struct monitor *monitor)
{
    if (monitor->capacity >= monitor->count)
        return true;
    size_t capacity = 2 * monitor->count;
    struct pollfd *polled = realloc(monitor->polled, capacity * sizeof *polled);
    if (polled)
        monitor->polled = polled;
    struct watched *watched = realloc(monitor->watched, capacity * sizeof *watched);
    if (watched)
        monitor->watched = watched;
    if (polled && watched)
        monitor->capacity = capacity;
    return polled && watched;
}

static void check_deadline_locked(struct monitor *monitor, struct connection *connection,
                                  uint64_t state)
{
    switch (state_phase(state)) {
    case CONNECTION_WORKING:
        connection_move(connection, state, CONNECTION_DEADLINE_EXCEEDED);
        break;
    case CONNECTION_RECEIVING:
        if (connection_move(connection, state, CONNECTION_TIMED_OUT)) {
            atomic_fetch_add(&monitor->timeouts, 1);
            connection_send_and_shut(connection, monitor->timeout_response,
                                     strlen(monitor->timeout_response));
        }
        break;
    case CONNECTION_IDLE:
        if (connection_move(connection, state, CONNECTION_TIMED_OUT))
            shutdown(connection->fd, SHUT_RDWR);
        break;
    default:
        break;
    }
}

/* The client has closed its side, perhaps one direction only. A job is cancelled at once. Otherwise
 * bytes that came before may not have been read yet: only a connection that is still at the same
 * point when looked at again is given up. */
static void client_disconnected_locked(struct connection *connection, uint64_t state)
{
    if (state_phase(state) == CONNECTION_WORKING) {
        connection_move(connection, state, CONNECTION_DISCONNECTED);
    } else if (connection->hung_up != state) {
        connection->hung_up = state;
    } else if (connection_move(connection, state, CONNECTION_CLOSED)) {
        shutdown(connection->fd, SHUT_RDWR);
    }
}

static void poll_locked(struct monitor *monitor, size_t count)
{
    if (count == 0 || poll(monitor->polled, count, 0) <= 0)
        return;
    for (size_t i = 0; i < count; i++)
        if (monitor->polled[i].revents)
            client_disconnected_locked(monitor->watched[i].connection, monitor->watched[i].state);
}

/* `all`: also the connections without a job. */
static void look_locked(struct monitor *monitor, bool all)
{
    int64_t now = clock_now_ns();
    bool capacity = watched_reserve_locked(monitor);
    size_t count = 0;
    for (struct connection *connection = monitor->first; connection;
         connection = connection->next) {
        /* The deadline is set before the phase changes: read in the other order, an old
         * phase with a new deadline does no harm. */
        uint64_t state = atomic_load(&connection->state);
        enum connection_phase phase = state_phase(state);
        if (now > atomic_load(&connection->deadline_ns)) {
            check_deadline_locked(monitor, connection, state);
        } else if (capacity &&
                   (phase == CONNECTION_WORKING ||
                    (all && (phase == CONNECTION_IDLE || phase == CONNECTION_RECEIVING)))) {
            monitor->polled[count] = (struct pollfd){connection->fd, POLLRDHUP, 0};
            monitor->watched[count++] = (struct watched){connection, state};
        }
    }
    poll_locked(monitor, count);
}

static void *monitor_main(void *argument)
{
    struct monitor *monitor = argument;
    pthread_mutex_lock(&monitor->mutex);
    for (unsigned tick = 0; !monitor->ending; tick++) {
        if (!monitor->first) {
            pthread_cond_wait(&monitor->changed, &monitor->mutex);
            continue;
        }
        struct timespec until;
        int64_t next = clock_now_ns() + CONNECTION_TICK_MS * NS_PER_MS;
        until.tv_sec = next / NS_PER_S;
        until.tv_nsec = next % NS_PER_S;
        int result = 0;
        while (!monitor->ending && result != ETIMEDOUT)
            result = pthread_cond_timedwait(&monitor->changed, &monitor->mutex, &until);
        look_locked(monitor, tick % CONNECTION_SLOW_TICKS == 0);
    }
    pthread_mutex_unlock(&monitor->mutex);
    return NULL;
}

struct monitor *connection_monitor_create(int64_t request_timeout_ns, const char *timeout_response)
{
    struct monitor *monitor = calloc(1, sizeof *monitor);
    if (!monitor)
        return NULL;
    monitor->request_timeout_ns = request_timeout_ns;
    monitor->timeout_response = strdup(timeout_response);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&monitor->mutex, NULL);
    pthread_cond_init(&monitor->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (monitor->timeout_response &&
        pthread_create(&monitor->monitor, NULL, monitor_main, monitor) == 0)
        return monitor;
    pthread_cond_destroy(&monitor->changed);
    pthread_mutex_destroy(&monitor->mutex);
    free(monitor->timeout_response);
    free(monitor);
    return NULL;
}

void connection_monitor_destroy(struct monitor *monitor)
{
    pthread_mutex_lock(&monitor->mutex);
    monitor->ending = true;
    pthread_cond_signal(&monitor->changed);
    pthread_mutex_unlock(&monitor->mutex);
    pthread_join(monitor->monitor, NULL);
    pthread_cond_destroy(&monitor->changed);
    pthread_mutex_destroy(&monitor->mutex);
    free(monitor->polled);
    free(monitor->watched);
    free(monitor->timeout_response);
    free(monitor);
}
