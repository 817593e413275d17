#include "http/connection/acceptor.h"

#include <errno.h>
#include <fcntl.h>
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

/* Pause when descriptors or memory are short, so that the thread does not spin. */
#define SHORTAGE_PAUSE_MS 100

/* How long a stop waits for accepted connections to reach their I/O thread. The library may lose
 * one when memory is short. */
#define TRANSIT_NS NS_PER_S

struct acceptor {
    pthread_t thread;
    bool running; /* the thread is to be joined */
    int listener;
    int event; /* wakes the thread: below the limit again, or ending */
    struct MHD_Daemon *daemon;
    size_t max_connections;
    atomic_size_t open;       /* accepted and not yet closed */
    atomic_size_t in_transit; /* accepted and not yet taken over by an I/O thread */
    atomic_bool ending;
};

struct acceptor *acceptor_create(size_t max_connections)
{
    struct acceptor *acceptor = calloc(1, sizeof *acceptor);
    if (!acceptor)
        return NULL;
    acceptor->max_connections = max_connections;
    acceptor->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (acceptor->event >= 0)
        return acceptor;
    free(acceptor);
    return NULL;
}

void acceptor_destroy(struct acceptor *acceptor)
{
    close(acceptor->event);
    free(acceptor);
}

static void wake(struct acceptor *acceptor)
{
    /* The write fails only when the counter is full; then the thread wakes anyway. */
    uint64_t one = 1;
    ssize_t written = write(acceptor->event, &one, sizeof one);
    (void)written;
}

void acceptor_taken(struct acceptor *acceptor)
{
    atomic_fetch_sub(&acceptor->in_transit, 1);
}

void acceptor_closed(struct acceptor *acceptor)
{
    if (atomic_fetch_sub(&acceptor->open, 1) == acceptor->max_connections)
        wake(acceptor);
}

/* Takes one connection. False when none can be taken for now. */
static bool accept_one(struct acceptor *acceptor)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int fd = accept4(acceptor->listener, (struct sockaddr *)&address, &length,
                     SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) /* another process took it, or the client has left */
        return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
    atomic_fetch_add(&acceptor->open, 1);
    atomic_fetch_add(&acceptor->in_transit, 1);
    if (MHD_add_connection(acceptor->daemon, fd, (const struct sockaddr *)&address, length) !=
        MHD_YES) {
        /* It has closed the socket. */
        acceptor_taken(acceptor);
        acceptor_closed(acceptor);
    }
    return true;
}

static void *acceptor_main(void *argument)
{
    struct acceptor *acceptor = argument;
    int pause_ms = -1;
    while (!atomic_load(&acceptor->ending)) {
        /* At the limit, the listener is not polled: poll ignores -1. */
        bool below_limit = pause_ms < 0 && atomic_load(&acceptor->open) < acceptor->max_connections;
        struct pollfd polled[] = {{acceptor->event, POLLIN, 0},
                                  {below_limit ? acceptor->listener : -1, POLLIN, 0}};
        if (poll(polled, 2, pause_ms) < 0 && errno != EINTR)
            log_error("cannot wait for connections: %s", strerror(errno));
        pause_ms = -1;
        uint64_t count;
        if (polled[0].revents && read(acceptor->event, &count, sizeof count) < 0)
            continue; /* the counter was read already */
        if (polled[1].revents && !accept_one(acceptor)) {
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
    while (atomic_load(&acceptor->in_transit) > 0 && clock_now_ns() < end)
        nanosleep(&(struct timespec){0, NS_PER_MS}, NULL);
}
