/* Connections that are on their way to an I/O thread. */
#include "http/connection/transit.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../suite.h"

enum { SOCKETS = 200 };

static struct transit *transit;

static void start(void)
{
    transit = transit_create();
    ck_assert_ptr_nonnull(transit);
}

static void finish(void)
{
    transit_destroy(transit);
}

static int open_socket(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_ge(fd, 0);
    return fd;
}

static void add(int fd, size_t dropped)
{
    bool noted = false;
    ck_assert_uint_eq(transit_add(transit, fd, &noted), dropped);
    ck_assert(noted);
}

START_TEST(connections_that_arrive)
{
    int fds[SOCKETS];
    ck_assert_uint_eq(transit_count(transit), 0);
    for (size_t i = 0; i < SOCKETS; i++) {
        fds[i] = open_socket();
        add(fds[i], 0);
        ck_assert_uint_eq(transit_count(transit), i + 1);
    }
    ck_assert_uint_eq(transit_reclaim(transit, 0), 0);
    for (size_t i = 0; i < SOCKETS; i += 2)
        transit_remove(transit, fds[i]);
    ck_assert_uint_eq(transit_count(transit), SOCKETS / 2);
    for (size_t i = 0; i < SOCKETS; i++)
        transit_remove(transit, fds[i]); /* one that is not noted does not matter */
    ck_assert_uint_eq(transit_count(transit), 0);
    for (size_t i = 0; i < SOCKETS; i++)
        close(fds[i]);
}
END_TEST

START_TEST(closed_descriptors)
{
    int kept = open_socket(), closed = open_socket();
    add(kept, 0);
    add(closed, 0);
    close(closed);
    ck_assert_uint_eq(transit_reclaim(transit, 0), 1);
    ck_assert_uint_eq(transit_count(transit), 1);
    ck_assert_uint_eq(transit_reclaim(transit, 0), 0);
    close(kept);
    ck_assert_uint_eq(transit_reclaim(transit, 0), 1);
    ck_assert_uint_eq(transit_count(transit), 0);
}
END_TEST

/* The descriptor belongs to another socket: the library has closed the first one. */
START_TEST(reused_descriptors)
{
    int fd = open_socket();
    add(fd, 0);
    int other = open_socket();
    ck_assert_int_eq(dup2(other, fd), fd);
    ck_assert_uint_eq(transit_reclaim(transit, 0), 1);
    /* found by the next connection with the same number */
    add(fd, 0);
    close(fd);
    ck_assert_int_eq(dup2(other, fd), fd);
    add(fd, 1);
    ck_assert_uint_eq(transit_count(transit), 1);
    ck_assert_uint_eq(transit_reclaim(transit, 0), 0);
    close(fd), close(other);
    ck_assert_uint_eq(transit_reclaim(transit, 0), 1);
}
END_TEST

/* A file instead of a socket. */
START_TEST(other_files)
{
    int fd = open_socket();
    add(fd, 0);
    close(fd);
    int file = open("/dev/null", O_RDONLY);
    ck_assert_int_eq(file, fd);
    ck_assert_uint_eq(transit_reclaim(transit, 0), 1);
    close(file);
}
END_TEST

/* Connections that are younger are left alone. */
START_TEST(age)
{
    int fd = open_socket();
    add(fd, 0);
    close(fd);
    ck_assert_uint_eq(transit_reclaim(transit, 3600 * 1000000000LL), 0);
    ck_assert_uint_eq(transit_count(transit), 1);
    ck_assert_uint_eq(transit_reclaim(transit, 0), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/connection/transit");
    TCase *tcase = suite_case(suite, "transit");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, connections_that_arrive);
    tcase_add_test(tcase, closed_descriptors);
    tcase_add_test(tcase, reused_descriptors);
    tcase_add_test(tcase, other_files);
    tcase_add_test(tcase, age);
    return suite_run(suite);
}
