#include "http/connection/transit.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"

struct entry {
    int fd;
    ino_t inode;
    int64_t accepted_ns;
};

struct transit {
    pthread_mutex_t mutex;
    struct entry *entries;
    size_t count, capacity;
};

struct transit *transit_create(void)
{
    struct transit *transit = calloc(1, sizeof *transit);
    if (transit)
        pthread_mutex_init(&transit->mutex, NULL);
    return transit;
}

void transit_destroy(struct transit *transit)
{
    pthread_mutex_destroy(&transit->mutex);
    free(transit->entries);
    free(transit);
}

static ino_t inode_of(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

/* The functions named *_locked are called with the mutex held. */

static void remove_locked(struct transit *transit, size_t i)
{
    transit->entries[i] = transit->entries[--transit->count];
}

static bool find_locked(const struct transit *transit, int fd, size_t *i)
{
    for (*i = 0; *i < transit->count; ++*i)
        if (transit->entries[*i].fd == fd)
            return true;
    return false;
}

static bool reserve_locked(struct transit *transit)
{
    if (transit->count < transit->capacity)
        return true;
    size_t capacity = transit->capacity ? 2 * transit->capacity : 64;
    struct entry *entries = realloc(transit->entries, capacity * sizeof *entries);
    if (!entries)
        return false;
    transit->entries = entries;
    transit->capacity = capacity;
    return true;
}

size_t transit_add(struct transit *transit, int fd, bool *noted)
{
    struct entry entry = {fd, inode_of(fd), clock_now_ns()};
    pthread_mutex_lock(&transit->mutex);
    size_t i;
    bool reused = find_locked(transit, fd, &i);
    if (reused)
        remove_locked(transit, i);
    *noted = reserve_locked(transit);
    if (*noted)
        transit->entries[transit->count++] = entry;
    pthread_mutex_unlock(&transit->mutex);
    return reused;
}

void transit_remove(struct transit *transit, int fd)
{
    pthread_mutex_lock(&transit->mutex);
    size_t i;
    if (find_locked(transit, fd, &i))
        remove_locked(transit, i);
    pthread_mutex_unlock(&transit->mutex);
}

size_t transit_reclaim(struct transit *transit, long long age_ns)
{
    int64_t before = clock_now_ns() - age_ns;
    size_t dropped = 0;
    pthread_mutex_lock(&transit->mutex);
    for (size_t i = 0; i < transit->count;) {
        const struct entry *entry = &transit->entries[i];
        if (entry->accepted_ns > before || inode_of(entry->fd) == entry->inode) {
            i++;
            continue;
        }
        remove_locked(transit, i);
        dropped++;
    }
    pthread_mutex_unlock(&transit->mutex);
    return dropped;
}

size_t transit_count(struct transit *transit)
{
    pthread_mutex_lock(&transit->mutex);
    size_t count = transit->count;
    pthread_mutex_unlock(&transit->mutex);
    return count;
}
