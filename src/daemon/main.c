/* The program particled: reads the options, runs the server, handles signals. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/health_check.h"
#include "daemon/help.h"
#include "daemon/options.h"
#include "endpoints/application.h"
#include "endpoints/routes.h"
#include "endpoints/status.h"
#include "http/connection/listener.h"
#include "http/server.h"
#include "runtime/profiler.h"
#include "runtime/systemd.h"
#include "sim/kernels.h"
#include "web/files.h"

/* How often the drain checks whether all requests have ended. */
#define DRAIN_TICK_NS (10 * NS_PER_MS)

/* Waits for a signal of `set`, at most for `ns`. Returns the signal, or 0. */
static int wait_signal(const sigset_t *set, int64_t ns)
{
    struct timespec wait = {ns / NS_PER_S, ns % NS_PER_S};
    int signal = sigtimedwait(set, NULL, &wait);
    return signal > 0 ? signal : 0;
}

/* Waits for a signal. Notifies the watchdog as long as the workers make progress. */
static void run(struct server *server, const sigset_t *set)
{
    int64_t watchdog_ns = systemd_watchdog_ns();
    int64_t tick_ns = watchdog_ns ? watchdog_ns / 4 : 3600 * NS_PER_S;
    while (!wait_signal(set, tick_ns))
        if (watchdog_ns && !server_is_stalled(server, watchdog_ns / 2))
            systemd_notify("WATCHDOG=1");
}

/* Waits until the requests in flight have ended, the timeout has passed or a second signal comes.
 */
static void drain(struct server *server, const sigset_t *set, int64_t timeout_ns)
{
    systemd_notify("STOPPING=1");
    server_drain(server);
    int64_t end = clock_now_ns() + timeout_ns;
    while (!server_is_idle(server) && clock_now_ns() < end) {
        systemd_notify("WATCHDOG=1");
        if (wait_signal(set, DRAIN_TICK_NS))
            break;
    }
    if (!server_is_idle(server))
        log_warning("requests in flight are cancelled");
}

/* Sets the configuration of the endpoints and the HTTP engine from the options. */
static void configure(const struct options *options, struct application *application,
                      struct http_config *config)
{
    application->limits = (struct limits){
        .max_particles = (size_t)options->max_particles,
        .max_particle_steps = options->max_particle_steps,
        .inline_below_ns = 1e3 * (double)options->inline_below_us,
    };
    *config = (struct http_config){
        .listen = options->listen,
        .io_threads = (unsigned)options->io_threads,
        .workers = (unsigned)options->workers,
        .queue_limit = (size_t)options->queue_limit,
        .max_connections = (size_t)options->max_connections,
        .max_body = (uint64_t)options->max_body,
        .memory_limit = (size_t)options->memory_limit,
        .request_timeout_ns = options->request_timeout_ms * NS_PER_MS,
        .access_log = options->access_log,
        .routes = routes_table(options->profiling),
        .phases = &application_phases,
        .application = application,
    };
}

int main(int argc, char **argv)
{
    struct options options;
    enum options_status status =
        options_parse(&options, argc, argv, help_details(), version_text());
    if (status != OPTIONS_RUN)
        return status == OPTIONS_EXIT ? EXIT_SUCCESS : 2;
    if (options.check_url)
        return health_check(options.check_url);
    if (!listener_address_is_valid(options.listen)) {
        fprintf(stderr, "particled: --listen '%s' must be " LISTENER_SYNTAX "\n", options.listen);
        return 2;
    }
    if (options.simd && !evolve_kernels_force(options.simd)) {
        fprintf(stderr, "particled: --simd '%s' is not in the list of particled --help\n",
                options.simd);
        return 2;
    }

    if (options.profiling)
        profiler_begin_heap(argv);
    log_configure((enum log_level)options.log_level, (enum log_format)options.log_format);
    json_object_seed(0); /* before threads start: jansson would seed itself later, in any thread */
    signal(SIGPIPE, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL); /* for all threads; sigtimedwait receives them */

    web_files_init();
    struct application application = {.limits.max_particles = 0};
    struct http_config config;
    configure(&options, &application, &config);
    struct server *server = server_start(&config);
    if (!server)
        return EXIT_FAILURE;
    systemd_notify("READY=1");
    run(server, &set);
    log_info("shutting down; requests in flight have %g seconds to finish",
             (double)options.drain_timeout_ms / 1000);
    drain(server, &set, options.drain_timeout_ms * NS_PER_MS);
    server_stop(server);
    profiler_end_heap();
    log_info("stopped");
    return EXIT_SUCCESS;
}
