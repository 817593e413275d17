/* Points in the life of a request to which tracers can attach while the daemon runs: perf,
 * bpftrace, SystemTap, gdb. They are there when configure has found sys/sdt.h, and cost an
 * instruction that does nothing. The first argument of each is the request, whose address stands
 * for the request.
 *
 *     request_received  request, method, path (texts)     after the headers         I/O thread
 *     decoded           request, particles                the body is complete      I/O thread
 *     evolve_start      request, particles, steps         in turn for each frame    worker
 *     evolve_end        request, threads that took part   likewise                  worker
 *     answer_queued     request, status, bytes (0: not known yet)                   I/O thread */
#ifndef HTTP_PROBES_H
#define HTTP_PROBES_H

#include "config.h"

#ifdef HAVE_SYS_SDT_H
#include <sys/sdt.h>
#ifdef __clang__ /* what its macros do inside */
#pragma clang diagnostic ignored "-Wgnu-zero-variadic-macro-arguments"
#endif
#define PROBE2(name, a, b) DTRACE_PROBE2(particled, name, a, b)
#define PROBE3(name, a, b, c) DTRACE_PROBE3(particled, name, a, b, c)
#else
#define PROBE2(name, a, b) ((void)0)
#define PROBE3(name, a, b, c) ((void)0)
#endif

#endif
