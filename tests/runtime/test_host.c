#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../suite.h"
#include "runtime/host.h"

START_TEST(cores_follow_the_affinity_mask)
{
    cpu_set_t mask, one;
    ck_assert_int_eq(sched_getaffinity(0, sizeof mask, &mask), 0);
    ck_assert_uint_ge(host_cores(), 1);
    ck_assert_uint_le(host_cores(), (unsigned)CPU_COUNT(&mask));
    size_t first = 0;
    while (!CPU_ISSET(first, &mask))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
    unsigned cores = host_cores();
    sched_setaffinity(0, sizeof mask, &mask);
    ck_assert_uint_eq(cores, 1);
}
END_TEST

START_TEST(memory_is_at_most_that_of_the_host)
{
    size_t bytes = (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
    ck_assert_uint_gt(host_memory_bytes(), 0);
    ck_assert_uint_le(host_memory_bytes(), bytes);
}
END_TEST

static rlim_t address_space = RLIM_INFINITY, data = RLIM_INFINITY;

int __real_getrlimit(int resource, struct rlimit *limit);
int __wrap_getrlimit(int resource, struct rlimit *limit);

/* Real limits would also stop the test itself. */
int __wrap_getrlimit(int resource, struct rlimit *limit)
{
    if (resource != RLIMIT_AS && resource != RLIMIT_DATA)
        return __real_getrlimit(resource, limit);
    limit->rlim_cur = resource == RLIMIT_AS ? address_space : data;
    limit->rlim_max = RLIM_INFINITY;
    return 0;
}

START_TEST(memory_is_at_most_the_resource_limits)
{
    size_t bytes = host_memory_bytes();
    ck_assert_uint_gt(bytes, 3 << 20);
    address_space = bytes - 1;
    ck_assert_uint_eq(host_memory_bytes(), bytes - 1);
    data = 2 << 20;
    ck_assert_uint_eq(host_memory_bytes(), 2 << 20);
    address_space = 1 << 20;
    ck_assert_uint_eq(host_memory_bytes(), 1 << 20);
    data = RLIM_INFINITY;
    ck_assert_uint_eq(host_memory_bytes(), 1 << 20);
    address_space = bytes + 1;
    ck_assert_uint_eq(host_memory_bytes(), bytes);
}
END_TEST

START_TEST(usage_follows_the_process)
{
    struct host_usage before = host_usage();
    size_t open_fds = 0;
    for (int i = 0; i < 1024; i++)
        open_fds += fcntl(i, F_GETFD) >= 0;
    ck_assert_uint_eq(before.open_fds, open_fds);
    int fd = open("/dev/null", O_RDONLY);
    size_t size = (size_t)64 << 20;
    char *memory = calloc(1, size);
    ck_assert_ptr_nonnull(memory);
    /* Uses memory, and processor time until host_usage shows it. */
    volatile char *touched = memory;
    struct host_usage after;
    do {
        for (size_t i = 0; i < size; i += 1024)
            touched[i]++;
        after = host_usage();
    } while (after.cpu_s <= before.cpu_s);
    ck_assert_uint_eq(after.open_fds, before.open_fds + 1);
    ck_assert_uint_ge(after.resident_bytes, before.resident_bytes + size / 2);
    ck_assert_uint_ge(after.virtual_bytes, after.resident_bytes);
    close(fd);
    free(memory);
    ck_assert_uint_eq(host_usage().open_fds, before.open_fds);
}
END_TEST

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Uses a child, whose start time is known, with a name that is hard to parse. */
START_TEST(start_time_is_that_of_the_process)
{
    int pipe_fds[2];
    ck_assert_int_eq(pipe(pipe_fds), 0);
    double before = now_s();
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        int comm = open("/proc/self/comm", O_WRONLY);
        ssize_t written = comm < 0 ? 0 : write(comm, "a) R 1 (b", 9);
        double start = host_usage().start_time_s;
        written += write(pipe_fds[1], &start, sizeof start);
        _exit(written < (ssize_t)sizeof start);
    }
    double start = 0;
    ck_assert_int_eq(read(pipe_fds[0], &start, sizeof start), sizeof start);
    double after = now_s();
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    /* The kernel counts in ticks, and the clock may be adjusted. */
    ck_assert_double_ge(start, before - 1);
    ck_assert_double_le(start, after + 1);
}
END_TEST

START_TEST(fd_limit_is_raised_to_the_hard_limit)
{
    struct rlimit before, lowered, after;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    lowered = before;
    lowered.rlim_cur = 64;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &lowered), 0);
    ck_assert_uint_eq(host_usage().max_fds, 64);
    ck_assert_uint_eq(host_raise_fd_limit(), before.rlim_max);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &after), 0);
    ck_assert_uint_eq(after.rlim_cur, before.rlim_max);
    ck_assert_uint_eq(after.rlim_max, before.rlim_max);
    ck_assert_uint_eq(host_usage().max_fds, before.rlim_max);
    setrlimit(RLIMIT_NOFILE, &before);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("runtime/host");
    TCase *tcase = suite_case(suite, "host");
    tcase_add_test(tcase, cores_follow_the_affinity_mask);
    tcase_add_test(tcase, memory_is_at_most_that_of_the_host);
    tcase_add_test(tcase, memory_is_at_most_the_resource_limits);
    tcase_add_test(tcase, usage_follows_the_process);
    tcase_add_test(tcase, start_time_is_that_of_the_process);
    tcase_add_test(tcase, fd_limit_is_raised_to_the_hard_limit);
    return suite_run(suite);
}
