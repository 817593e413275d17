/* What this process may use of the machine. Any thread. */
#ifndef RUNTIME_HOST_H
#define RUNTIME_HOST_H

#include <stddef.h>

/* The processors that this process may use, at least 1: its affinity mask, and the CPU
 * quota of its control group and those above, rounded up. */
unsigned host_cores(void);

/* The bytes of memory that this process may use: the machine's, or the limit of its control
 * group or one above where that is lower. */
size_t host_memory_bytes(void);

/* What the process uses now. Unknown figures are 0. */
struct host_usage {
    double cpu_s; /* user and system time so far */
    size_t resident_bytes;
    size_t virtual_bytes;
    size_t open_fds;
    size_t max_fds;
    double start_time_s; /* since the epoch */
};

struct host_usage host_usage(void);

/* Raises the limit of open files to what the system allows; returns it. */
size_t host_raise_fd_limit(void);

#endif
