#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../suite.h"
#include "runtime/cgroup.h"

/* A directory that replaces /sys/fs/cgroup; it also has the membership file. */
static char root[] = "/tmp/particled-test-XXXXXX";

static void make_root(void)
{
    ck_assert_ptr_nonnull(mkdtemp(root));
}

static void remove_root(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", root);
    ck_assert_int_eq(system(command), 0);
    memcpy(root + strlen(root) - 6, "XXXXXX", 6);
}

/* Writes a file below the root, and creates its directories. */
static void put(const char *name, const char *text)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", root, name);
    for (char *slash = path + strlen(root); (slash = strchr(slash + 1, '/'));) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void check_limits(const char *membership, double cores, uint64_t memory_bytes)
{
    char path[PATH_MAX];
    put("membership", membership);
    snprintf(path, sizeof path, "%s/membership", root);
    struct cgroup_limits limits = cgroup_limits(path, root);
    ck_assert_double_eq(limits.cores, cores);
    ck_assert_uint_eq(limits.memory_bytes, memory_bytes);
}

START_TEST(missing_files_set_no_limit)
{
    struct cgroup_limits limits = cgroup_limits("/nonexistent", root);
    ck_assert_double_eq(limits.cores, INFINITY);
    ck_assert_uint_eq(limits.memory_bytes, UINT64_MAX);
    check_limits("", INFINITY, UINT64_MAX);
    check_limits("0::/\n", INFINITY, UINT64_MAX);
    check_limits("\n0\n0:\n:::\n0::\n", INFINITY, UINT64_MAX);
}
END_TEST

START_TEST(version_2_in_a_container)
{
    put("cpu.max", "150000 100000\n");
    put("memory.max", "536870912\n");
    check_limits("0::/\n", 1.5, 536870912);
    /* The path on the host is not visible inside. */
    check_limits("0::/docker/0123abc\n", 1.5, 536870912);
    check_limits("0::/../other\n", 1.5, 536870912);
    put("cpu.max", "max 100000\n");
    put("memory.max", "max\n");
    check_limits("0::/\n", INFINITY, UINT64_MAX);
}
END_TEST

START_TEST(version_2_in_a_unit)
{
    put("system.slice/particled.service/cpu.max", "50000 100000\n");
    put("system.slice/particled.service/memory.max", "max\n");
    put("system.slice/cpu.max", "400000 100000\n");
    put("system.slice/memory.max", "1073741824\n");
    put("system.slice/other.service/cpu.max", "1000 100000\n");
    check_limits("0::/system.slice/particled.service\n", 0.5, 1073741824);
    put("system.slice/cpu.max", "20000 100000\n");
    check_limits("0::/system.slice/particled.service\n", 0.2, 1073741824);
    /* Outside of the mounted hierarchy: nothing is read through "..". */
    check_limits("0::/../system.slice\n", INFINITY, UINT64_MAX);
}
END_TEST

START_TEST(version_1)
{
    put("cpu/cpu.cfs_quota_us", "250000\n");
    put("cpu/cpu.cfs_period_us", "100000\n");
    put("memory/memory.limit_in_bytes", "9223372036854771712\n");
    put("memory/job/memory.limit_in_bytes", "268435456\n");
    put("cpuset/cpu.cfs_quota_us", "1\n");
    put("cpuset/cpu.cfs_period_us", "100000\n");
    check_limits("9:name=systemd:/\n4:memory:/job\n3:cpuset:/\n2:cpuacct,cpu:/\n0::/\n", 2.5,
                 268435456);
    check_limits("4:memory:/elsewhere\n", INFINITY, 9223372036854771712U);
    put("cpu/cpu.cfs_quota_us", "-1\n");
    check_limits("2:cpu,cpuacct:/\n", INFINITY, UINT64_MAX);
}
END_TEST

START_TEST(invalid_files_set_no_limit)
{
    static const char *const cpu[] = {"",           "\n",       "0 100000\n", "-5 100000\n",
                                      "100000 0\n", "100000\n", "abc def\n"};
    for (size_t i = 0; i < sizeof cpu / sizeof *cpu; i++) {
        put("cpu.max", cpu[i]);
        check_limits("0::/\n", INFINITY, UINT64_MAX);
    }
    static const char *const memory[] = {"", "0\n", "-1\n", "lots\n"};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) {
        put("memory.max", memory[i]);
        check_limits("0::/\n", INFINITY, UINT64_MAX);
    }
}
END_TEST

START_TEST(long_paths_set_no_limit)
{
    static char membership[3 * PATH_MAX];
    put("memory.max", "4096\n");
    strcpy(membership, "0::");
    for (size_t used = 3; used + 8 < sizeof membership; used += 2)
        strcpy(membership + used, "/a");
    check_limits(membership, INFINITY, 4096);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("runtime/cgroup");
    TCase *tcase = suite_case(suite, "limits");
    tcase_add_checked_fixture(tcase, make_root, remove_root);
    tcase_add_test(tcase, missing_files_set_no_limit);
    tcase_add_test(tcase, version_2_in_a_container);
    tcase_add_test(tcase, version_2_in_a_unit);
    tcase_add_test(tcase, version_1);
    tcase_add_test(tcase, invalid_files_set_no_limit);
    tcase_add_test(tcase, long_paths_set_no_limit);
    return suite_run(suite);
}
