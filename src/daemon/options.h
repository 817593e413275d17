/* The options of the daemon. The command line overrides the environment, which overrides the
 * defaults.
 *
 * Every option is one row of a table in options.c; parsing, --help and the environment variables
 * use it. The variable of --max-body is PARTICLED_MAX_BODY. If an option is given twice, the last
 * value counts. Call before threads start. */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct options {
    const char *listen;         /* ADDRESS:PORT, or the path of a Unix socket */
    const char *simd;           /* instruction set of the kernels; NULL: the fastest */
    int64_t io_threads;         /* threads that read requests and send responses */
    int64_t workers;            /* threads that compute */
    int64_t inline_below_us;    /* I/O threads compute requests predicted to take less */
    int64_t queue_limit;        /* requests that may wait for a worker */
    int64_t max_body;           /* bytes of a request body */
    int64_t max_particles;      /* of a request */
    int64_t max_particle_steps; /* of a request with a stepping method */
    int64_t memory_limit;       /* bytes for particles and responses of all requests */
    int64_t max_connections;    /* by default a quarter of memory_limit at most */
    int64_t request_timeout_ms; /* first line of a request to its response */
    int64_t drain_timeout_ms;   /* requests in flight may continue after SIGTERM */
    int64_t log_level;          /* enum log_level */
    int64_t log_format;         /* enum log_format */
    int64_t access_log;         /* 0 or 1 */
    int64_t profiling;          /* 0 or 1 */
    const char *check_url;      /* --check: the daemon to ask; NULL: run a daemon */
};

enum options_status {
    OPTIONS_RUN = 0,   /* go on */
    OPTIONS_EXIT = 1,  /* --help or --version was printed: exit with 0 */
    OPTIONS_ERROR = 2, /* one line on stderr says why: exit with 2 */
};

/* Fills `options` from argv and the environment; its strings point into either. --help prints
 * `details` after the options; --version prints `version`. Use `options` only after OPTIONS_RUN. */
enum options_status options_parse(struct options *options, int argc, char **argv,
                                  const char *details, const char *version);

#endif
