/* The limits of the control group of the process and of the groups above it (cgroups version 2 and
 * 1). Any thread; reads a few small files. */
#ifndef RUNTIME_CGROUP_H
#define RUNTIME_CGROUP_H

#include <stdint.h>

struct cgroup_limits {
    double cores;          /* seconds of CPU time per second, > 0; INFINITY: no limit */
    uint64_t memory_bytes; /* > 0; UINT64_MAX: no limit */
};

/* `membership` is the file that names the groups of the process (/proc/self/cgroup); `root` is the
 * folder where the hierarchies are mounted (/sys/fs/cgroup). A file that cannot be read sets no
 * limit. */
struct cgroup_limits cgroup_limits(const char *membership, const char *root);

#endif
