#include "http/connection/acceptor.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/connection/transit.h"

/* Pause when descriptors or memory are short, so that the thread does not spin. */
#define SHORTAGE_PAUSE_MS 100

/* At the limit the thread checks so often whether it can accept again. */
#define LIMIT_PAUSE_MS 50

/* How long a stop waits for accepted connections to reach their I/O thread, and after which a
 * connection that has not reached it may have been dropped by the library. */
#define TRANSIT_NS NS_PER_S

struct acceptor {
    struct acceptor_config config; /* constant */
    pthread_t thread;
    bool running; /* the thread is to be joined */
    int listener;
    int event; /* wakes the thread: below the limit again, or ending */
    struct MHD_Daemon *daemon;
    atomic_size_t open; /* accepted and not yet closed */
    struct transit *transit;
    bool limit_logged; /* the thread's: since it was below the limit */
    atomic_bool ending;
};

struct acceptor *acceptor_create(const struct acceptor_config *config)
{
    struct acceptor *acceptor = calloc(1, sizeof *acceptor);
    if (!acceptor)
        return NULL;
    acceptor->config = *config;
    acceptor->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    acceptor->transit = transit_create();
    if (acceptor->event >= 0 && acceptor->transit)
        return acceptor;
    if (acceptor->event >= 0)
        close(acceptor->event);
    if (acceptor->transit)
        transit_destroy(acceptor->transit);
    free(acceptor);
    return NULL;
}

void acceptor_destroy(struct acceptor *acceptor)
{
    close(acceptor->event);
    transit_destroy(acceptor->transit);
    free(acceptor);
}

static void wake(struct acceptor *acceptor)
{
    /* The write fails only when the counter is full; then the thread wakes anyway. */
    uint64_t one = 1;
    ssize_t written = write(acceptor->event, &one, sizeof one);
    (void)written;
}

void acceptor_taken(struct acceptor *acceptor, int fd)
{
    transit_remove(acceptor->transit, fd);
}

void acceptor_closed(struct acceptor *acceptor)
{
    memory_budget_release(acceptor->config.budget, acceptor->config.connection_bytes);
    if (atomic_fetch_sub(&acceptor->open, 1) == acceptor->config.max_connections)
        wake(acceptor);
}

size_t acceptor_memory(const struct acceptor *acceptor)
{
    return acceptor->config.connection_bytes *
           atomic_load_explicit(&acceptor->open, memory_order_relaxed);
}

bool acceptor_is_crowded(const struct acceptor *acceptor)
{
    size_t max = acceptor->config.max_connections;
    return atomic_load_explicit(&acceptor->open, memory_order_relaxed) >= max - max / 8;
}

/* The library has dropped connections without a word. */
static void reclaim(struct acceptor *acceptor, size_t dropped)
{
    if (dropped == 0)
        return;
    log_warning("%zu connections were dropped before their first request: memory is short",
                dropped);
    while (dropped--)
        acceptor_closed(acceptor);
}

/* Counts a new connection and reserves its memory. False at the limit. */
static bool reserve(struct acceptor *acceptor)
{
    const struct acceptor_config *config = &acceptor->config;
    if (atomic_load(&acceptor->open) >= config->max_connections)
        return false;
    if (!memory_budget_reserve(config->budget, config->connection_bytes))
        return false;
    atomic_fetch_add(&acceptor->open, 1);
    return true;
}

/* Accepts a connection for which memory is reserved. False when descriptors or memory are short. */
static bool accept_one(struct acceptor *acceptor)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int fd = accept4(acceptor->listener, (struct sockaddr *)&address, &length,
                     SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        int error = errno;
        acceptor_closed(acceptor);
        errno = error;
        /* Another process took it, or the client has left. */
        return error == EAGAIN || error == EINTR || error == ECONNABORTED;
    }
    bool noted;
    reclaim(acceptor, transit_add(acceptor->transit, fd, &noted));
    if (!noted) {
        close(fd);
        acceptor_closed(acceptor);
        errno = ENOMEM;
        return false;
    }
    if (MHD_add_connection(acceptor->daemon, fd, (const struct sockaddr *)&address, length) !=
        MHD_YES) {
        /* It has closed the socket. */
        acceptor_taken(acceptor, fd);
        acceptor_closed(acceptor);
    }
    return true;
}

/* A client waits, and the limit is reached. */
static void make_space(struct acceptor *acceptor)
{
    if (!acceptor->limit_logged)
        log_warning(
            "the limit of connections or memory is reached: idle connections are closed for "
            "new ones (%zu open, --max-connections %zu)",
            atomic_load(&acceptor->open), acceptor->config.max_connections);
    acceptor->limit_logged = true;
    acceptor->config.close_idle(acceptor->config.context);
}

static void *acceptor_main(void *argument)
{
    struct acceptor *acceptor = argument;
    int pause_ms = 0; /* do not poll the listener for so long; 0: poll it */
    while (!atomic_load(&acceptor->ending)) {
        struct pollfd polled[] = {{acceptor->event, POLLIN, 0},
                                  {pause_ms ? -1 : acceptor->listener, POLLIN, 0}};
        bool in_transit = transit_count(acceptor->transit) > 0;
        int timeout = pause_ms ? pause_ms : in_transit ? (int)(TRANSIT_NS / NS_PER_MS) : -1;
        if (poll(polled, 2, timeout) < 0 && errno != EINTR)
            log_error("cannot wait for connections: %s", strerror(errno));
        pause_ms = 0;
        uint64_t count;
        if (polled[0].revents && read(acceptor->event, &count, sizeof count) < 0)
            continue; /* the counter was read already */
        reclaim(acceptor, transit_reclaim(acceptor->transit, TRANSIT_NS));
        if (!polled[1].revents)
            continue;
        if (!reserve(acceptor)) {
            make_space(acceptor);
            pause_ms = LIMIT_PAUSE_MS;
        } else if (accept_one(acceptor)) {
            acceptor->limit_logged &= acceptor_is_crowded(acceptor);
        } else {
            log_warning("cannot accept a connection: %s", strerror(errno));
            pause_ms = SHORTAGE_PAUSE_MS;
        }
    }
    return NULL;
}

bool acceptor_start(struct acceptor *acceptor, int listener, struct MHD_Daemon *daemon)
{
    acceptor->listener = listener;
    acceptor->daemon = daemon;
    acceptor->running = pthread_create(&acceptor->thread, NULL, acceptor_main, acceptor) == 0;
    return acceptor->running;
}

void acceptor_stop(struct acceptor *acceptor)
{
    if (!acceptor->running)
        return;
    atomic_store(&acceptor->ending, true);
    wake(acceptor);
    pthread_join(acceptor->thread, NULL);
    acceptor->running = false;
    int64_t end = clock_now_ns() + TRANSIT_NS;
    while (transit_count(acceptor->transit) > 0 && clock_now_ns() < end)
        nanosleep(&(struct timespec){0, NS_PER_MS}, NULL);
}
