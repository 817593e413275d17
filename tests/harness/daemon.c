#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ARGUMENTS_MAX 32
#define POLL_US 2000

/* The first descriptor that systemd passes to a service. */
#define INHERITED_FD 3

extern char **environ;

void harness_init(void)
{
    /* The daemon reads its options and the socket of systemd from these variables. */
    static const char *const prefixes[] = {"PARTICLED_", "LISTEN_", "NOTIFY_SOCKET", "WATCHDOG_"};
    for (char **entry = environ; *entry;) {
        char name[128];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(*entry, "="), *entry);
        bool matches = false;
        for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
            matches |= strncmp(name, prefixes[i], strlen(prefixes[i])) == 0;
        if (matches && unsetenv(name) == 0)
            entry = environ;
        else
            entry++;
    }
    /* Libraries are not instrumented; the file lists the suppressions and their reasons. */
    const char *given = getenv("TSAN_OPTIONS");
    char tsan[1024];
    snprintf(tsan, sizeof tsan, "%s:suppressions=" TESTS_DIR "/tsan.supp", given ? given : "");
    setenv("TSAN_OPTIONS", tsan, 1);
    signal(SIGPIPE, SIG_IGN);
}

/* Runs in the child: executes the daemon. */
static void execute(const char *const *arguments, int log, int listener, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    signal(SIGPIPE, SIG_DFL);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    if (listener >= 0) {
        char pid[16];
        snprintf(pid, sizeof pid, "%d", (int)getpid());
        setenv("LISTEN_PID", pid, 1);
        setenv("LISTEN_FDS", "1", 1);
        if (listener == INHERITED_FD)
            fcntl(listener, F_SETFD, 0);
        else
            dup2(listener, INHERITED_FD);
    }
    execv(PARTICLED, (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static void launch(struct daemon *daemon, const char *listen, int listener, va_list options)
{
    const char *arguments[ARGUMENTS_MAX] = {"particled"};
    size_t count = 1;
    if (listen) {
        arguments[count++] = "--listen";
        arguments[count++] = listen;
    }
    const char *option;
    while ((option = va_arg(options, const char *))) {
        ck_assert_uint_lt(count, ARGUMENTS_MAX - 1);
        arguments[count++] = option;
    }
    memset(daemon, 0, sizeof *daemon);
    daemon->log = memfd_create("log", MFD_CLOEXEC);
    ck_assert_int_ge(daemon->log, 0);
    pid_t parent = getpid();
    daemon->pid = fork();
    ck_assert_int_ge(daemon->pid, 0);
    if (daemon->pid == 0)
        execute(arguments, daemon->log, listener, parent);
}

const char *daemon_log(const struct daemon *daemon)
{
    static char text[1 << 18];
    ssize_t size = pread(daemon->log, text, sizeof text - 1, 0);
    text[size > 0 ? size : 0] = '\0';
    return text;
}

/* Reads the address from the log; false if the log does not have it yet. */
static bool find_listener(struct daemon *daemon)
{
    const char *line = strstr(daemon_log(daemon), "listening on ");
    if (!line || !strchr(line, '\n'))
        return false;
    line += strlen("listening on ");
    if (sscanf(line, "unix:%107s", daemon->unix_path) == 1)
        return true;
    daemon->unix_path[0] = '\0';
    const char *colon =
        strstr(line, "]:") ? strstr(line, "]:") + 1 : strchr(line + strlen("http://"), ':');
    return colon && sscanf(colon, ":%d", &daemon->port) == 1;
}

static void await_listener(struct daemon *daemon)
{
    time_t end = time(NULL) + HARNESS_LIMIT_S;
    while (!find_listener(daemon)) {
        ck_assert_msg(waitpid(daemon->pid, NULL, WNOHANG) == 0, "the daemon ended: %s",
                      daemon_log(daemon));
        ck_assert_msg(time(NULL) < end, "the daemon does not start: %s", daemon_log(daemon));
        usleep(POLL_US);
    }
}

void daemon_start(struct daemon *daemon, ...)
{
    va_list options;
    va_start(options, daemon);
    launch(daemon, "127.0.0.1:0", -1, options);
    va_end(options);
    await_listener(daemon);
}

void daemon_start_inheriting(struct daemon *daemon, int listener, ...)
{
    va_list options;
    va_start(options, listener);
    launch(daemon, NULL, listener, options);
    va_end(options);
    await_listener(daemon);
}

int daemon_run(char *output, size_t size, ...)
{
    struct daemon daemon;
    va_list options;
    va_start(options, size);
    launch(&daemon, NULL, -1, options);
    va_end(options);
    int status = daemon_wait(&daemon);
    snprintf(output, size, "%s", daemon_log(&daemon));
    close(daemon.log);
    return status;
}

int daemon_wait(struct daemon *daemon)
{
    time_t end = time(NULL) + HARNESS_LIMIT_S;
    int status;
    pid_t ended;
    while ((ended = waitpid(daemon->pid, &status, WNOHANG)) == 0) {
        ck_assert_msg(time(NULL) < end, "the daemon does not end: %s", daemon_log(daemon));
        usleep(POLL_US);
    }
    ck_assert_int_eq(ended, daemon->pid);
    const char *log = daemon_log(daemon);
    if (strstr(log, "Sanitizer") || strstr(log, "runtime error")) {
        fprintf(stderr, "%s", log); /* too long for a message of check */
        ck_abort_msg("a sanitizer has reported an error");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void daemon_stop(struct daemon *daemon)
{
    ck_assert_int_eq(kill(daemon->pid, SIGTERM), 0);
    int status = daemon_wait(daemon);
    ck_assert_msg(status == 0, "exit status %d: %s", status, daemon_log(daemon));
    close(daemon->log);
}

void daemon_finish(struct daemon *daemon)
{
    await_metric(daemon, "particled_jobs_in_flight", 0);
    await_metric(daemon, "particled_workers_busy", 0);
    await_metric(daemon, "particled_queue_depth", 0);
    await_metric(daemon, "particled_memory_used_bytes", 0);
    await_metric(daemon, "particled_requests_in_flight", 1); /* the request of the metric itself */
    daemon_stop(daemon);
}
