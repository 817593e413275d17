#include "http/connection/connection_monitor.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/clock.h"

/* A connection as it was when its socket was put into the set that is polled. */
struct polled {
    struct connection *connection;
    uint64_t state;
};

struct connection_monitor {
    pthread_mutex_t mutex;  /* guards first, count, ending */
    pthread_cond_t changed; /* the list is no longer empty, or ending */
    struct connection *first;
    size_t count;
    bool ending;
    pthread_t thread;
    int64_t request_timeout_ns; /* constant */
    int64_t idle_timeout_ns;    /* constant */
    char *timeout_response;     /* constant */
    _Atomic uint64_t timeouts;
    /* The thread's own: sockets to poll, and their connections. */
    struct pollfd *sockets;
    struct polled *polled;
    size_t capacity;
};

struct connection *connection_monitor_open(struct connection_monitor *monitor, int fd,
                                           const struct sockaddr *address)
{
    struct connection *connection = connection_create(fd, address, monitor->request_timeout_ns);
    if (!connection)
        return NULL;
    connection->monitor = monitor;

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

void connection_monitor_close(struct connection *connection)
{
    struct connection_monitor *monitor = connection->monitor;
    pthread_mutex_lock(&monitor->mutex);
    *connection->link = connection->next;
    if (connection->next)
        connection->next->link = connection->link;
    connection->link = NULL;
    monitor->count--;
    pthread_mutex_unlock(&monitor->mutex);
    connection_release(connection);
}

size_t connection_monitor_count(struct connection_monitor *monitor)
{
    pthread_mutex_lock(&monitor->mutex);
    size_t count = monitor->count;
    pthread_mutex_unlock(&monitor->mutex);
    return count;
}

uint64_t connection_monitor_timeouts(struct connection_monitor *monitor)
{
    return atomic_load(&monitor->timeouts);
}

void connection_monitor_stop_jobs(struct connection_monitor *monitor)
{
    pthread_mutex_lock(&monitor->mutex);
    for (struct connection *at = monitor->first; at; at = at->next) {
        uint64_t state = atomic_load(&at->state);
        if (connection_state_phase(state) == CONNECTION_WORKING)
            connection_move(at, state, CONNECTION_SHUTDOWN);
    }
    pthread_mutex_unlock(&monitor->mutex);
}

bool connection_monitor_close_idle(struct connection_monitor *monitor)
{
    bool closed = false;
    int64_t idle_before_ns = clock_now_ns() - CONNECTION_MONITOR_IDLE_MIN_MS * NS_PER_MS;
    pthread_mutex_lock(&monitor->mutex);
    while (!closed) {
        struct connection *longest = NULL;
        uint64_t longest_state = 0;
        int64_t since_ns = idle_before_ns;
        for (struct connection *at = monitor->first; at; at = at->next) {
            uint64_t state = atomic_load(&at->state);
            enum connection_phase phase = connection_state_phase(state);
            if ((phase == CONNECTION_IDLE || phase == CONNECTION_HEADERS) &&
                atomic_load(&at->idle_since_ns) < since_ns) {
                longest = at;
                longest_state = state;
                since_ns = atomic_load(&at->idle_since_ns);
            }
        }
        if (!longest)
            break;
        closed = connection_move(longest, longest_state, CONNECTION_CLOSED);
        /* Only the reading side: a response that was sent before still arrives. */
        if (closed)
            shutdown(longest->fd, SHUT_RD);
    }
    pthread_mutex_unlock(&monitor->mutex);
    return closed;
}

/* The functions named *_locked are called with the mutex held. */

static bool reserve_locked(struct connection_monitor *monitor)
{
    if (monitor->capacity >= monitor->count)
        return true;
    size_t capacity = 2 * monitor->count;
    struct pollfd *sockets = realloc(monitor->sockets, capacity * sizeof *sockets);
    if (sockets)
        monitor->sockets = sockets;
    struct polled *polled = realloc(monitor->polled, capacity * sizeof *polled);
    if (polled)
        monitor->polled = polled;
    if (sockets && polled)
        monitor->capacity = capacity;
    return sockets && polled;
}

static void deadline_passed_locked(struct connection_monitor *monitor,
                                   struct connection *connection, uint64_t state)
{
    switch (connection_state_phase(state)) {
    case CONNECTION_WORKING:
        connection_move(connection, state, CONNECTION_DEADLINE_EXCEEDED);
        break;
    case CONNECTION_HEADERS:
    case CONNECTION_BODY:
        if (connection_move(connection, state, CONNECTION_TIMED_OUT)) {
            atomic_fetch_add(&monitor->timeouts, 1);
            connection_send(connection, monitor->timeout_response,
                            strlen(monitor->timeout_response));
            shutdown(connection->fd, SHUT_RDWR);
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

/* What the client has acknowledged of the response. False when it has acknowledged everything that
 * was written: then the client is not the one to wait for. */
static bool read_sent(int fd, uint64_t *sent)
{
    int outstanding = 0; /* bytes that are not acknowledged; of a Unix socket: not read */
    if (ioctl(fd, SIOCOUTQ, &outstanding) != 0 || outstanding == 0)
        return false;
    struct tcp_info info = {.tcpi_bytes_acked = 0};
    socklen_t size = sizeof info;
    bool is_tcp = getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0;
    *sent = is_tcp ? info.tcpi_bytes_acked : (uint64_t)outstanding;
    return true;
}

/* A cancelled stream, too, has a rest to send, and its client may read nothing. */
static bool is_sending(struct connection *connection, enum connection_phase phase)
{
    bool has_job = phase == CONNECTION_WORKING || phase == CONNECTION_DISCONNECTED ||
                   phase == CONNECTION_DEADLINE_EXCEEDED || phase == CONNECTION_SHUTDOWN;
    return phase == CONNECTION_RESPONDING || (has_job && atomic_load(&connection->streaming));
}

/* A response is being sent: shuts down connections whose client acknowledges nothing. */
static void check_progress_locked(struct connection_monitor *monitor, struct connection *connection,
                                  uint64_t state, int64_t now)
{
    uint64_t sent = 0;
    if (!read_sent(connection->fd, &sent) || connection->sent_state != state ||
        connection->sent != sent) {
        connection->sent_state = state;
        connection->sent = sent;
        connection->sent_ns = now;
    } else if (now - connection->sent_ns > monitor->idle_timeout_ns) {
        enum connection_phase phase = connection_state_phase(state);
        if (connection_move(connection, state,
                            phase == CONNECTION_WORKING      ? CONNECTION_DISCONNECTED
                            : phase == CONNECTION_RESPONDING ? CONNECTION_TIMED_OUT
                                                             : CONNECTION_CLOSED))
            shutdown(connection->fd, SHUT_RDWR);
    }
}

/* The client has closed its side, perhaps one direction only. A job is cancelled at once. Otherwise
 * bytes that arrived before may not have been read yet: only a connection that is still in the same
 * state at the next check is shut down. */
static void client_left_locked(struct connection *connection, uint64_t state)
{
    if (connection_state_phase(state) == CONNECTION_WORKING) {
        connection_move(connection, state, CONNECTION_DISCONNECTED);
    } else if (connection->hung_up != state) {
        connection->hung_up = state;
    } else if (connection_move(connection, state, CONNECTION_CLOSED)) {
        shutdown(connection->fd, SHUT_RDWR);
    }
}

/* Releases the mutex while it polls. Each connection in the set is held, so it is not freed; but it
 * may leave the list, and then its descriptor may be another one's. */
static void poll_locked(struct connection_monitor *monitor, size_t count)
{
    if (count == 0)
        return;
    pthread_mutex_unlock(&monitor->mutex);
    bool found = poll(monitor->sockets, count, 0) > 0;
    pthread_mutex_lock(&monitor->mutex);
    for (size_t i = 0; i < count; i++) {
        struct connection *connection = monitor->polled[i].connection;
        if (found && monitor->sockets[i].revents && connection->link)
            client_left_locked(connection, monitor->polled[i].state);
        connection_release(connection);
    }
}

/* `all`: also the connections without a job. */
static void check_locked(struct connection_monitor *monitor, bool all)
{
    int64_t now = clock_now_ns();
    bool can_poll = reserve_locked(monitor);
    size_t count = 0;
    for (struct connection *at = monitor->first; at; at = at->next) {
        /* The deadline is set before the phase changes, and read after it: an old phase with a new
         * deadline does no harm. */
        uint64_t state = atomic_load(&at->state);
        enum connection_phase phase = connection_state_phase(state);
        if (all && is_sending(at, phase))
            check_progress_locked(monitor, at, state, now);
        if (now > atomic_load(&at->deadline_ns)) {
            deadline_passed_locked(monitor, at, state);
        } else if (can_poll && (phase == CONNECTION_WORKING ||
                                (all && (phase == CONNECTION_IDLE || phase == CONNECTION_HEADERS ||
                                         phase == CONNECTION_BODY)))) {
            monitor->sockets[count] = (struct pollfd){at->fd, POLLRDHUP, 0};
            connection_hold(at);
            monitor->polled[count++] = (struct polled){at, state};
        }
    }
    poll_locked(monitor, count);
}

static void *monitor_main(void *argument)
{
    struct connection_monitor *monitor = argument;
    pthread_mutex_lock(&monitor->mutex);
    for (unsigned tick = 0; !monitor->ending; tick++) {
        if (!monitor->first) {
            pthread_cond_wait(&monitor->changed, &monitor->mutex);
            continue;
        }
        struct timespec until;
        int64_t next = clock_now_ns() + CONNECTION_MONITOR_TICK_MS * NS_PER_MS;
        until.tv_sec = next / NS_PER_S;
        until.tv_nsec = next % NS_PER_S;
        int result = 0;
        while (!monitor->ending && result != ETIMEDOUT)
            result = pthread_cond_timedwait(&monitor->changed, &monitor->mutex, &until);
        check_locked(monitor, tick % CONNECTION_MONITOR_SLOW_TICKS == 0);
    }
    pthread_mutex_unlock(&monitor->mutex);
    return NULL;
}

struct connection_monitor *connection_monitor_create(int64_t request_timeout_ns,
                                                     int64_t idle_timeout_ns,
                                                     const char *timeout_response)
{
    struct connection_monitor *monitor = calloc(1, sizeof *monitor);
    if (!monitor)
        return NULL;
    monitor->request_timeout_ns = request_timeout_ns;
    monitor->idle_timeout_ns = idle_timeout_ns;
    monitor->timeout_response = strdup(timeout_response);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&monitor->mutex, NULL);
    pthread_cond_init(&monitor->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (monitor->timeout_response &&
        pthread_create(&monitor->thread, NULL, monitor_main, monitor) == 0)
        return monitor;
    pthread_cond_destroy(&monitor->changed);
    pthread_mutex_destroy(&monitor->mutex);
    free(monitor->timeout_response);
    free(monitor);
    return NULL;
}

void connection_monitor_destroy(struct connection_monitor *monitor)
{
    pthread_mutex_lock(&monitor->mutex);
    monitor->ending = true;
    pthread_cond_signal(&monitor->changed);
    pthread_mutex_unlock(&monitor->mutex);
    pthread_join(monitor->thread, NULL);
    pthread_cond_destroy(&monitor->changed);
    pthread_mutex_destroy(&monitor->mutex);
    free(monitor->sockets);
    free(monitor->polled);
    free(monitor->timeout_response);
    free(monitor);
}
