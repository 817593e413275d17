/* Sockets that linger, with socket pairs. */
#include "http/connection/linger.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../suite.h"

#define LIMIT_MS 60000
#define MAX_BYTES 100000

static struct linger_set *set;

static void start(void)
{
    set = linger_create(3, MAX_BYTES);
    ck_assert_ptr_nonnull(set);
}

static void finish(void)
{
    linger_destroy(set);
}

/* Adds our end of a pair, closes it as the library does, and returns the client's end. */
static int linger(bool accepted)
{
    int pair[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert_int_eq(send(pair[0], "response", 8, 0), 8);
    ck_assert_int_eq(linger_add(set, pair[0]), accepted);
    close(pair[0]);
    return pair[1];
}

static void await_count(size_t count)
{
    for (int ms = 0; linger_count(set) != count; ms++) {
        ck_assert_int_lt(ms, LIMIT_MS);
        usleep(1000);
    }
}

/* The client receives the response and the end of the stream. */
static void is_complete(int fd)
{
    char text[64];
    size_t size = 0;
    ssize_t got;
    while ((got = recv(fd, text + size, sizeof text - size, 0)) > 0)
        size += (size_t)got;
    ck_assert_int_eq(got, 0);
    ck_assert_uint_eq(size, 8);
    ck_assert_int_eq(memcmp(text, "response", 8), 0);
}

START_TEST(the_client_closes)
{
    int fd = linger(true);
    is_complete(fd);
    ck_assert_uint_eq(linger_count(set), 1);
    ck_assert_int_eq(send(fd, "more", 4, MSG_NOSIGNAL), 4);
    close(fd);
    await_count(0);
}
END_TEST

START_TEST(the_client_sends_before_it_reads)
{
    static char bytes[MAX_BYTES];
    int fd = linger(true);
    size_t sent = 0;
    while (sent < sizeof bytes) {
        ssize_t got = send(fd, bytes + sent, sizeof bytes - sent, MSG_NOSIGNAL);
        ck_assert_int_gt(got, 0);
        sent += (size_t)got;
    }
    is_complete(fd);
    shutdown(fd, SHUT_WR);
    await_count(0);
    close(fd);
}
END_TEST

START_TEST(too_many_bytes)
{
    static char bytes[4096];
    int fd = linger(true);
    for (size_t sent = 0; sent <= MAX_BYTES; sent += sizeof bytes)
        if (send(fd, bytes, sizeof bytes, MSG_NOSIGNAL) < 0)
            break;
    await_count(0);
    ck_assert_int_lt(send(fd, bytes, 1, MSG_NOSIGNAL), 0);
    close(fd);
}
END_TEST

START_TEST(too_many_sockets)
{
    int fds[5];
    for (int i = 0; i < 5; i++)
        fds[i] = linger(i < 3);
    ck_assert_uint_eq(linger_count(set), 3);
    for (int i = 0; i < 5; i++)
        is_complete(fds[i]);
    close(fds[1]);
    await_count(2);
    close(fds[4]);
    fds[4] = linger(true);
    ck_assert_uint_eq(linger_count(set), 3);
    close(fds[0]), close(fds[2]), close(fds[3]);
    await_count(1);
    is_complete(fds[4]);
    close(fds[4]);
    await_count(0);
}
END_TEST

/* A client that stays is left at the end of the set. */
START_TEST(the_end)
{
    int fd = linger(true);
    linger_destroy(set);
    is_complete(fd);
    ck_assert_int_lt(send(fd, "a", 1, MSG_NOSIGNAL), 0);
    close(fd);
    start();
}
END_TEST

START_TEST(no_descriptor)
{
    ck_assert(!linger_add(set, -1));
    ck_assert_uint_eq(linger_count(set), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/connection/linger");
    TCase *tcase = suite_case(suite, "linger");
    tcase_add_checked_fixture(tcase, start, finish);
    tcase_add_test(tcase, the_client_closes);
    tcase_add_test(tcase, the_client_sends_before_it_reads);
    tcase_add_test(tcase, too_many_bytes);
    tcase_add_test(tcase, too_many_sockets);
    tcase_add_test(tcase, the_end);
    tcase_add_test(tcase, no_descriptor);
    return suite_run(suite);
}
