/* The limits that the process's control group and those above it set (cgroups version 2
 * and 1). Any thread; reads a few small files. */
#ifndef RUNTIME_CGROUP_H
#define RUNTIME_CGROUP_H

#include <stdint.h>

struct cgroup_limits {
    double cores;          /* CPU time per time, > 0; INFINITY when not limited */
    uint64_t memory_bytes; /* > 0; UINT64_MAX when not limited */
};

/* `membership` is the file that names the process's groups (/proc/self/cgroup), `root` is where
 * the hierarchies are mounted (/sys/fs/cgroup). What cannot be read sets no limit. */
struct cgroup_limits cgroup_limits(const char *membership, const char *root);

#endif
