#include "runtime/cgroup.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Reads up to two numbers from the first line of a file of `group`; returns how many. */
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
    return count > 0 ? count : 0; /* 0 for "max" */
}

/* Lowers the limits to those of a group. */
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
static bool list_has(const char *list, const char *name)
{
    size_t length = strlen(name);
    for (; *list; list += strcspn(list, ","), list += *list == ',')
        if (strncmp(list, name, length) == 0 && (list[length] == ',' || !list[length]))
            return true;
    return false;
}

/* Applies the limits of a line "number:controllers:path"; version 2 has no controllers. Every group
 * counts, from that of the process up to the root. In a container the path may not be visible; then
 * the root is the group of the process. */
static void apply_line(struct cgroup_limits *limits, char *line, const char *root)
{
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path)
        return;
    controllers++;
    *path++ = '\0';
    path[strcspn(path, "\n")] = '\0';
    const char *mount = !*controllers                     ? ""
                        : list_has(controllers, "cpu")    ? "/cpu"
                        : list_has(controllers, "memory") ? "/memory"
                                                          : NULL;
    if (!mount)
        return;
    if (strstr(path, "/..")) /* outside of the mounted hierarchy */
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
        apply_line(&limits, line, root);
    fclose(file);
    return limits;
}
