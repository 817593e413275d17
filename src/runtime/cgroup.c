#include "runtime/cgroup.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Reads the numbers in the first line of a file of `group`: 0, 1 or 2 of them. */
static int read_numbers(const char *group, const char *name, int64_t *first, int64_t *second)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", group, name);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    char line[64];
    int count = 0;
    if (fgets(line, sizeof line, file))
        count = sscanf(line, "%" SCNd64 " %" SCNd64, first, second);
    fclose(file);
    return count > 0 ? count : 0; /* "max" is no number */
}

static void lower_limits(struct cgroup_limits *limits, const char *group)
{
    int64_t quota, period, bytes, unused;
    if ((read_numbers(group, "cpu.max", &quota, &period) == 2 ||
         (read_numbers(group, "cpu.cfs_quota_us", &quota, &unused) == 1 &&
          read_numbers(group, "cpu.cfs_period_us", &period, &unused) == 1)) &&
        quota > 0 && period > 0)
        limits->cores = fmin(limits->cores, (double)quota / (double)period);
    if ((read_numbers(group, "memory.max", &bytes, &unused) == 1 ||
         read_numbers(group, "memory.limit_in_bytes", &bytes, &unused) == 1) &&
        bytes > 0 && (uint64_t)bytes < limits->memory_bytes)
        limits->memory_bytes = (uint64_t)bytes;
}

/* True when the comma-separated `list` has `name`. */
static bool lists(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (; *list; list += strcspn(list, ","), list += *list == ',')
        if (strncmp(list, name, length) == 0 && (list[length] == ',' || !list[length]))
            return true;
    return false;
}

/* A line is "number:controllers:path"; version 2 has no controllers. Every group from the
 * process's own up to the root counts. In a container that does not see its own path the
 * root is its own group. */
static void follow_line(struct cgroup_limits *limits, char *line, const char *root)
{
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path)
        return;
    controllers++;
    *path++ = '\0';
    path[strcspn(path, "\n")] = '\0';
    const char *mount = !*controllers                  ? ""
                        : lists(controllers, "cpu")    ? "/cpu"
                        : lists(controllers, "memory") ? "/memory"
                                                       : NULL;
    if (!mount)
        return;
    if (strstr(path, "/..")) /* outside of what is mounted here */
        *path = '\0';
    for (;;) {
        char group[PATH_MAX];
        snprintf(group, sizeof group, "%s%s%s", root, mount, path);
        lower_limits(limits, group);
        char *last = strrchr(path, '/');
        if (!last)
            break;
        *last = '\0';
    }
}

struct cgroup_limits cgroup_limits(const char *membership, const char *root)
{
    struct cgroup_limits limits = {INFINITY, UINT64_MAX};
    FILE *file = fopen(membership, "re");
    if (!file)
        return limits;
    char line[PATH_MAX + 128];
    while (fgets(line, sizeof line, file))
        follow_line(&limits, line, root);
    fclose(file);
    return limits;
}
