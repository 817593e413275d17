#include "runtime/host.h"

#include <dirent.h>
#include <math.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "runtime/cgroup.h"

/* Reads the first line of a file. False when there is none. */
static bool read_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool found = fgets(line, (int)size, file) != NULL;
    fclose(file);
    return found;
}

static struct cgroup_limits limits(void)
{
    return cgroup_limits("/proc/self/cgroup", "/sys/fs/cgroup");
}

unsigned host_cores(void)
{
    cpu_set_t mask;
    unsigned cores = 1;
    if (sched_getaffinity(0, sizeof mask, &mask) == 0)
        cores = (unsigned)CPU_COUNT(&mask);
    else if (sysconf(_SC_NPROCESSORS_ONLN) > 0)
        cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    double quota = ceil(limits().cores);
    return quota < cores ? (unsigned)quota : cores;
}

size_t host_memory_bytes(void)
{
    size_t bytes = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
    uint64_t limit = limits().memory_bytes;
    if (limit < bytes)
        bytes = (size_t)limit;
    static const int resources[] = {RLIMIT_AS, RLIMIT_DATA};
    for (size_t i = 0; i < sizeof resources / sizeof *resources; i++) {
        struct rlimit memory; /* RLIM_INFINITY is the largest value */
        if (getrlimit(resources[i], &memory) == 0 && memory.rlim_cur < bytes)
            bytes = (size_t)memory.rlim_cur;
    }
    return bytes;
}

static size_t count_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    if (!dir)
        return 0;
    size_t count = 0;
    while (readdir(dir))
        count++;
    closedir(dir);
    return count > 3 ? count - 3 : 0; /* ".", ".." and the directory itself */
}

/* Seconds since the epoch at which the process started. */
static double start_time(void)
{
    FILE *file = fopen("/proc/self/stat", "re");
    if (!file)
        return 0;
    char line[1024];
    double ticks = 0;
    if (fgets(line, sizeof line, file)) {
        char *field = strrchr(line, ')'); /* the name before it may contain anything */
        for (int i = 2; field && i < 22; i++)
            field = strchr(field + 1, ' ');
        if (field)
            ticks = strtod(field, NULL);
    }
    fclose(file);
    struct timespec boot, now;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_REALTIME, &now);
    double booted =
        (double)(now.tv_sec - boot.tv_sec) + 1e-9 * (double)(now.tv_nsec - boot.tv_nsec);
    return booted + ticks / (double)sysconf(_SC_CLK_TCK);
}

struct host_usage host_usage(void)
{
    struct host_usage usage = {.open_fds = count_fds(), .start_time_s = start_time()};
    struct rusage self;
    if (getrusage(RUSAGE_SELF, &self) == 0)
        usage.cpu_s = (double)(self.ru_utime.tv_sec + self.ru_stime.tv_sec) +
                      1e-6 * (double)(self.ru_utime.tv_usec + self.ru_stime.tv_usec);
    char line[128];
    size_t pages, resident;
    if (read_line("/proc/self/statm", line, sizeof line) &&
        sscanf(line, "%zu %zu", &pages, &resident) == 2) {
        usage.virtual_bytes = pages * (size_t)sysconf(_SC_PAGESIZE);
        usage.resident_bytes = resident * (size_t)sysconf(_SC_PAGESIZE);
    }
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0)
        usage.max_fds = files.rlim_cur;
    return usage;
}

size_t host_raise_fd_limit(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return 0;
    if (files.rlim_cur < files.rlim_max) {
        struct rlimit raised = {files.rlim_max, files.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
            files = raised;
    }
    return files.rlim_cur;
}
