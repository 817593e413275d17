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

struct peers {
    pthread_mutex_t mutex;  /* guards first, count, ending */
    pthread_cond_t changed; /* the list is no longer empty, or ending */
    struct peer *first;
    size_t count;
    bool ending;
    pthread_t watcher;
    int64_t request_timeout_ns;
    char *timeout_answer;
    _Atomic uint64_t timeouts;
    /* The watcher's own: sockets to be polled. */
    struct pollfd *polled;
    struct watched {
        struct peer *peer;
        uint64_t word;
    } * watched;
    size_t room;
};

static enum peer_phase word_phase(uint64_t word)
{
    return (enum peer_phase)(word & PHASE_MASK);
}

/* The socket is shut down; libmicrohttpd will close it. */
static bool is_shut(uint64_t word)
{
    return word_phase(word) == PEER_CUT || word_phase(word) == PEER_LEFT;
}

/* Moves the peer to `phase` if it is still as `word` says. */
static bool peer_move(struct peer *peer, uint64_t word, enum peer_phase phase)
{
    return atomic_compare_exchange_strong(&peer->word, &word, (word & ~PHASE_MASK) | phase);
}

enum peer_phase peer_phase(const struct peer *peer)
{
    return word_phase(atomic_load_explicit(&peer->word, memory_order_relaxed));
}

void peer_begin(struct peer *peer)
{
    atomic_store(&peer->deadline_ns, clock_now_ns() + peer->peers->request_timeout_ns);
    uint64_t word = atomic_load(&peer->word);
    /* A socket that was shut stays so. */
    if (word_phase(word) == PEER_IDLE)
        atomic_compare_exchange_strong(&peer->word, &word,
                                       ((word >> PHASE_BITS) + 1) << PHASE_BITS | PEER_RECEIVING);
}

void peer_exempt(struct peer *peer)
{
    atomic_store(&peer->deadline_ns, INT64_MAX);
}

void peer_stream(struct peer *peer)
{
    int bytes = PEER_UNSENT_BYTES;
    /* Unix sockets do not know it, and need not: they hold little in any case. */
    setsockopt(peer->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
}

void peer_progress(struct peer *peer)
{
    if (atomic_load(&peer->deadline_ns) != INT64_MAX)
        atomic_store(&peer->deadline_ns, clock_now_ns() + peer->peers->request_timeout_ns);
}

bool peer_work(struct peer *peer)
{
    uint64_t word = atomic_load(&peer->word);
    return word_phase(word) == PEER_RECEIVING && peer_move(peer, word, PEER_WORKING);
}

bool peer_answer(struct peer *peer)
{
    uint64_t word = atomic_load(&peer->word);
    /* The watcher may move WORKING on to LATE, GONE or STOPPED in between: once more. */
    while (!is_shut(word)) {
        if (peer_move(peer, word, PEER_ANSWERING))
            return true;
        word = atomic_load(&peer->word);
    }
    return false;
}

static void set_idle_deadline(struct peer *peer)
{
    /* libmicrohttpd closes idle connections; this is for those that send a byte now and then. */
    atomic_store(&peer->deadline_ns,
                 clock_now_ns() + PEER_KEEPALIVE_S * NS_PER_S + peer->peers->request_timeout_ns);
}

void peer_finish(struct peer *peer)
{
    set_idle_deadline(peer);
    uint64_t word = atomic_load(&peer->word);
    while (!is_shut(word) && !peer_move(peer, word, PEER_IDLE))
        word = atomic_load(&peer->word);
}

void peer_cut(struct peer *peer, const char *answer, size_t size)
{
    ssize_t sent = send(peer->fd, answer, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent; /* the client gets it or not */
    shutdown(peer->fd, SHUT_RDWR);
}

static void format_address(struct peer *peer, const struct sockaddr *address)
{
    char host[INET6_ADDRSTRLEN];
    if (address && address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
        inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        snprintf(peer->address, sizeof peer->address, "%s:%u", host, ntohs(v4->sin_port));
    } else if (address && address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;
        inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        snprintf(peer->address, sizeof peer->address, "[%s]:%u", host, ntohs(v6->sin6_port));
    } else {
        strcpy(peer->address, "local");
    }
}

struct peer *peer_open(struct peers *peers, int fd, const struct sockaddr *address)
{
    struct peer *peer = calloc(1, sizeof *peer);
    if (!peer)
        return NULL;
    peer->peers = peers;
    peer->fd = fd;
    atomic_init(&peer->holders, 1);
    format_address(peer, address);
    atomic_init(&peer->word, PEER_IDLE);
    set_idle_deadline(peer);
    peer->hung_up = UINT64_MAX;

    pthread_mutex_lock(&peers->mutex);
    peer->next = peers->first;
    peer->link = &peers->first;
    if (peer->next)
        peer->next->link = &peer->next;
    peers->first = peer;
    if (peers->count++ == 0)
        pthread_cond_signal(&peers->changed);
    pthread_mutex_unlock(&peers->mutex);
    return peer;
}

void peer_close(struct peer *peer)
{
    struct peers *peers = peer->peers;
    pthread_mutex_lock(&peers->mutex);
    *peer->link = peer->next;
    if (peer->next)
        peer->next->link = peer->link;
    peers->count--;
    pthread_mutex_unlock(&peers->mutex);
    peer_release(peer);
}

void peer_hold(struct peer *peer)
{
    atomic_fetch_add(&peer->holders, 1);
}

void peer_release(struct peer *peer)
{
    if (atomic_fetch_sub(&peer->holders, 1) == 1)
        free(peer);
}

size_t peers_count(struct peers *peers)
{
    pthread_mutex_lock(&peers->mutex);
    size_t count = peers->count;
    pthread_mutex_unlock(&peers->mutex);
    return count;
}

uint64_t peers_timeouts(struct peers *peers)
{
    return atomic_load(&peers->timeouts);
}

void peers_stop_jobs(struct peers *peers)
{
    pthread_mutex_lock(&peers->mutex);
    for (struct peer *peer = peers->first; peer; peer = peer->next) {
        uint64_t word = atomic_load(&peer->word);
        if (word_phase(word) == PEER_WORKING)
            peer_move(peer, word, PEER_STOPPED);
    }
    pthread_mutex_unlock(&peers->mutex);
}

static bool watched_reserve_locked(struct peers *peers)
{
    if (peers->room >= peers->count)
        return true;
    size_t room = 2 * peers->count;
    struct pollfd *polled = realloc(peers->polled, room * sizeof *polled);
    if (polled)
        peers->polled = polled;
    struct watched *watched = realloc(peers->watched, room * sizeof *watched);
    if (watched)
        peers->watched = watched;
    if (polled && watched)
        peers->room = room;
    return polled && watched;
}

static void check_deadline_locked(struct peers *peers, struct peer *peer, uint64_t word)
{
    switch (word_phase(word)) {
    case PEER_WORKING:
        peer_move(peer, word, PEER_LATE);
        break;
    case PEER_RECEIVING:
        if (peer_move(peer, word, PEER_CUT)) {
            atomic_fetch_add(&peers->timeouts, 1);
            peer_cut(peer, peers->timeout_answer, strlen(peers->timeout_answer));
        }
        break;
    case PEER_IDLE:
        if (peer_move(peer, word, PEER_CUT))
            shutdown(peer->fd, SHUT_RDWR);
        break;
    default:
        break;
    }
}

/* The client has closed its side, perhaps one direction only. A job is cancelled at once. Otherwise
 * bytes that came before may not have been read yet: only a peer that is still at the same
 * point when looked at again is given up. */
static void client_left_locked(struct peer *peer, uint64_t word)
{
    if (word_phase(word) == PEER_WORKING) {
        peer_move(peer, word, PEER_GONE);
    } else if (peer->hung_up != word) {
        peer->hung_up = word;
    } else if (peer_move(peer, word, PEER_LEFT)) {
        shutdown(peer->fd, SHUT_RDWR);
    }
}

static void poll_locked(struct peers *peers, size_t count)
{
    if (count == 0 || poll(peers->polled, count, 0) <= 0)
        return;
    for (size_t i = 0; i < count; i++)
        if (peers->polled[i].revents)
            client_left_locked(peers->watched[i].peer, peers->watched[i].word);
}

/* `all`: also the connections without a job. */
static void look_locked(struct peers *peers, bool all)
{
    int64_t now = clock_now_ns();
    bool room = watched_reserve_locked(peers);
    size_t count = 0;
    for (struct peer *peer = peers->first; peer; peer = peer->next) {
        /* The deadline is set before the phase changes: read in the other order, an old
         * phase with a new deadline does no harm. */
        uint64_t word = atomic_load(&peer->word);
        enum peer_phase phase = word_phase(word);
        if (now > atomic_load(&peer->deadline_ns)) {
            check_deadline_locked(peers, peer, word);
        } else if (room && (phase == PEER_WORKING ||
                            (all && (phase == PEER_IDLE || phase == PEER_RECEIVING)))) {
            peers->polled[count] = (struct pollfd){peer->fd, POLLRDHUP, 0};
            peers->watched[count++] = (struct watched){peer, word};
        }
    }
    poll_locked(peers, count);
}

static void *watcher_main(void *argument)
{
    struct peers *peers = argument;
    pthread_mutex_lock(&peers->mutex);
    for (unsigned tick = 0; !peers->ending; tick++) {
        if (!peers->first) {
            pthread_cond_wait(&peers->changed, &peers->mutex);
            continue;
        }
        struct timespec until;
        int64_t next = clock_now_ns() + PEER_TICK_MS * NS_PER_MS;
        until.tv_sec = next / NS_PER_S;
        until.tv_nsec = next % NS_PER_S;
        int result = 0;
        while (!peers->ending && result != ETIMEDOUT)
            result = pthread_cond_timedwait(&peers->changed, &peers->mutex, &until);
        look_locked(peers, tick % PEER_SLOW_TICKS == 0);
    }
    pthread_mutex_unlock(&peers->mutex);
    return NULL;
}

struct peers *peers_create(int64_t request_timeout_ns, const char *timeout_answer)
{
    struct peers *peers = calloc(1, sizeof *peers);
    if (!peers)
        return NULL;
    peers->request_timeout_ns = request_timeout_ns;
    peers->timeout_answer = strdup(timeout_answer);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&peers->mutex, NULL);
    pthread_cond_init(&peers->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (peers->timeout_answer && pthread_create(&peers->watcher, NULL, watcher_main, peers) == 0)
        return peers;
    pthread_cond_destroy(&peers->changed);
    pthread_mutex_destroy(&peers->mutex);
    free(peers->timeout_answer);
    free(peers);
    return NULL;
}

void peers_destroy(struct peers *peers)
{
    pthread_mutex_lock(&peers->mutex);
    peers->ending = true;
    pthread_cond_signal(&peers->changed);
    pthread_mutex_unlock(&peers->mutex);
    pthread_join(peers->watcher, NULL);
    pthread_cond_destroy(&peers->changed);
    pthread_mutex_destroy(&peers->mutex);
    free(peers->polled);
    free(peers->watched);
    free(peers->timeout_answer);
    free(peers);
}
