#include "http/connection/listener.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../../suite.h"

#define HEAD offsetof(struct sockaddr_un, sun_path)

/* getsockname gives this address when `fake_length` is not 0, and does not touch the bytes behind
 * it. */
static struct sockaddr_un fake = {.sun_family = AF_UNIX};
static socklen_t fake_length;

int __real_getsockname(int fd, struct sockaddr *address, socklen_t *length);
int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *length);

int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
    if (!fake_length)
        return __real_getsockname(fd, address, length);
    memset(address, 'x', *length);
    memcpy(address, &fake, fake_length);
    *length = fake_length;
    return 0;
}

/* The name of an inherited Unix socket, which is bound to an abstract address. */
static void inherits(struct listener *listener, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    int size =
        snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "%s-%d", name, (int)getpid());
    ck_assert_int_eq(
        bind(fd, (const struct sockaddr *)&address, (socklen_t)HEAD + 1 + (socklen_t)size), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    char error[320] = "";
    ck_assert_msg(listener_inherit(listener, fd, error, sizeof error), "%s", error);
}

START_TEST(an_abstract_socket)
{
    struct listener listener;
    char name[64];
    inherits(&listener, "particled-test");
    snprintf(name, sizeof name, "unix:@particled-test-%d", (int)getpid());
    ck_assert_str_eq(listener.name, name);
    listener_close(&listener);
}
END_TEST

START_TEST(no_name)
{
    struct listener listener;
    fake_length = HEAD;
    inherits(&listener, "particled-test");
    ck_assert_str_eq(listener.name, "unix:");
    listener_close(&listener);
}
END_TEST

/* A path that fills its array has no NUL behind it. */
START_TEST(the_longest_path)
{
    struct listener listener;
    char name[sizeof fake.sun_path + 8] = "unix:";
    memset(fake.sun_path, 'p', sizeof fake.sun_path);
    memset(name + 5, 'p', sizeof fake.sun_path);
    fake_length = sizeof fake;
    inherits(&listener, "particled-test");
    ck_assert_str_eq(listener.name, name);
    listener_close(&listener);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("http/connection/listener");
    TCase *tcase = suite_case(suite, "listener");
    tcase_add_test(tcase, an_abstract_socket);
    tcase_add_test(tcase, no_name);
    tcase_add_test(tcase, the_longest_path);
    return suite_run(suite);
}
