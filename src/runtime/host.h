/* The resources of the host that this process may use, and those that it uses. Any thread. */
#ifndef RUNTIME_HOST_H
#define RUNTIME_HOST_H

#include <stddef.h>

/* The number of processors that this process may use, at least 1: the lower of its affinity mask
 * and the CPU quota of its control groups, rounded up. */
unsigned host_cores(void);

/* The bytes of memory that this process may use: the lowest of the memory of the host, the limit of
 * its control groups, and its limits of address space and data (RLIMIT_AS, RLIMIT_DATA). */
size_t host_memory_bytes(void);

/* What the process uses now. Unknown values are 0. */
struct host_usage {
    double cpu_s; /* user and system time so far */
    size_t resident_bytes;
    size_t virtual_bytes;
    size_t open_fds;
    size_t max_fds;
    double start_time_s; /* since the epoch */
};

struct host_usage host_usage(void);

/* Raises the limit of open files to the hard limit; returns the limit, 0 when it is unknown. */
size_t host_raise_fd_limit(void);

#endif
