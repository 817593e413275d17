/* Points in the life of a request to which tracers can attach while the daemon runs: perf,
 * bpftrace, SystemTap, gdb. They exist when configure has found sys/sdt.h, and each costs one
 * instruction that does nothing. The first argument of each is the address of the request, which
 * identifies it.
 *
 *     request_received  request, method, path (texts)             after the headers    I/O thread
 *     answer_queued     request, status, bytes (0: not known yet)                      I/O thread
 *
 * The endpoints define further ones with the same macros (endpoints/simulate/run.c and
 * endpoints/particle_body.c). docs/profiling.md lists all of them. */
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
