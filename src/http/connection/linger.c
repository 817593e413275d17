#include "http/connection/linger.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

/* Bytes discarded from one socket before the others have their turn. */
#define TURN_BYTES ((size_t)1 << 20)

struct lingering {
    int64_t idle_ns, total_ns; /* when the time is up */
    uint64_t left;             /* bytes that may still be discarded */
};

struct linger_set {
    pthread_mutex_t mutex; /* guards count, ending, and the arrays at and behind count */
    pthread_t thread;
    size_t count, max_sockets;
    uint64_t max_bytes;
    bool ending;
    struct pollfd *polled; /* [0] wakes the thread; the sockets follow */
    struct lingering *lingering;
};

static void wake(struct linger_set *set)
{
    uint64_t one = 1;
    ssize_t written = write(set->polled[0].fd, &one, sizeof one);
    (void)written; /* fails only when the counter is full; then the thread wakes anyway */
}

/* Discards what has arrived. False when the socket is to be closed. */
static bool discard(int fd, struct lingering *lingering, int64_t now)
{
    char bytes[16384];
    for (size_t turn = 0; turn < TURN_BYTES;) {
        ssize_t size = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (size < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
        if (size == 0 || (uint64_t)size > lingering->left)
            return false;
        lingering->left -= (uint64_t)size;
        lingering->idle_ns = now + LINGER_IDLE_S * NS_PER_S;
        turn += (size_t)size;
    }
    return true;
}

/* Handles the first `count` sockets; returns when the next time is up. */
static int64_t handle(struct linger_set *set, size_t count)
{
    int64_t now = clock_now_ns(), next = now + LINGER_IDLE_S * NS_PER_S;
    for (size_t i = 1; i <= count;) {
        struct lingering *lingering = &set->lingering[i];
        bool open = now < lingering->idle_ns && now < lingering->total_ns;
        if (open && set->polled[i].revents)
            open = discard(set->polled[i].fd, lingering, now);
        if (open) {
            int64_t end =
                lingering->idle_ns < lingering->total_ns ? lingering->idle_ns : lingering->total_ns;
            next = end < next ? end : next;
            i++;
            continue;
        }
        close(set->polled[i].fd);
        pthread_mutex_lock(&set->mutex);
        /* The last socket of those that are handled takes the place, and the last of all its. */
        set->polled[i] = set->polled[count];
        set->lingering[i] = set->lingering[count];
        set->polled[count] = set->polled[set->count];
        set->lingering[count] = set->lingering[set->count];
        set->count--;
        pthread_mutex_unlock(&set->mutex);
        count--;
    }
    return next;
}

static void *linger_main(void *argument)
{
    struct linger_set *set = argument;
    int64_t next = 0;
    for (;;) {
        pthread_mutex_lock(&set->mutex);
        size_t count = set->count;
        bool ending = set->ending;
        pthread_mutex_unlock(&set->mutex);
        if (ending)
            break;
        int64_t wait_ms = (next - clock_now_ns()) / NS_PER_MS + 1;
        int timeout = count == 0 ? -1 : wait_ms < 0 ? 0 : (int)wait_ms;
        poll(set->polled, count + 1, timeout);
        uint64_t wakes;
        if (set->polled[0].revents && read(set->polled[0].fd, &wakes, sizeof wakes) < 0)
            continue;
        next = handle(set, count);
    }
    return NULL;
}

struct linger_set *linger_create(size_t max_sockets, uint64_t max_bytes)
{
    struct linger_set *set = calloc(1, sizeof *set);
    if (!set)
        return NULL;
    set->max_sockets = max_sockets;
    set->max_bytes = max_bytes;
    set->polled = calloc(max_sockets + 2, sizeof *set->polled);
    set->lingering = calloc(max_sockets + 2, sizeof *set->lingering);
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&set->mutex, NULL);
    if (set->polled && set->lingering && event >= 0) {
        set->polled[0] = (struct pollfd){event, POLLIN, 0};
        if (pthread_create(&set->thread, NULL, linger_main, set) == 0)
            return set;
    }
    if (event >= 0)
        close(event);
    pthread_mutex_destroy(&set->mutex);
    free(set->polled);
    free(set->lingering);
    free(set);
    return NULL;
}

void linger_destroy(struct linger_set *set)
{
    pthread_mutex_lock(&set->mutex);
    set->ending = true;
    pthread_mutex_unlock(&set->mutex);
    wake(set);
    pthread_join(set->thread, NULL);
    for (size_t i = 0; i <= set->count; i++)
        close(set->polled[i].fd);
    pthread_mutex_destroy(&set->mutex);
    free(set->polled);
    free(set->lingering);
    free(set);
}

bool linger_add(struct linger_set *set, int fd)
{
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (own < 0)
        return false;
    shutdown(own, SHUT_WR);
    int64_t now = clock_now_ns();
    pthread_mutex_lock(&set->mutex);
    bool accepted = set->count < set->max_sockets && !set->ending;
    if (accepted) {
        size_t i = ++set->count;
        set->polled[i] = (struct pollfd){own, POLLIN, 0};
        set->lingering[i] = (struct lingering){now + LINGER_IDLE_S * NS_PER_S,
                                               now + LINGER_TOTAL_S * NS_PER_S, set->max_bytes};
    }
    pthread_mutex_unlock(&set->mutex);
    if (accepted)
        wake(set);
    else
        close(own);
    return accepted;
}

size_t linger_count(struct linger_set *set)
{
    pthread_mutex_lock(&set->mutex);
    size_t count = set->count;
    pthread_mutex_unlock(&set->mutex);
    return count;
}
