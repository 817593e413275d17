/* Profiles of this process, taken by gperftools if it is built in.
 *
 * A CPU profile consists of stacks: 100 times per second of CPU time a signal interrupts a running
 * thread and records its stack. It does not see threads that block SIGPROF. A heap profile shows
 * where the memory in use was allocated; it needs tcmalloc as allocator (configure
 * --enable-tcmalloc). Any thread; the caller must not run two CPU profiles at a time. */
#ifndef RUNTIME_PROFILER_H
#define RUNTIME_PROFILER_H

#include <stdbool.h>
#include <stddef.h>

/* What is built in: "cpu", "cpu, heap" or "no". */
const char *profiler_features(void);

bool profiler_has_cpu(void);
bool profiler_has_heap(void);

/* Starts a CPU profile. False when it cannot, for example because CPUPROFILE in the environment has
 * already started one. */
bool profiler_start(void);

/* Ends the CPU profile and returns it, allocated with malloc, in the format of gperftools. NULL
 * when memory or descriptors are short. */
char *profiler_stop(size_t *size);

/* Starts and ends the recording of allocations for heap profiles; they do nothing when that is not
 * built in. Call profiler_begin_heap first in main, with its argv: it may execute the program
 * again, because gperftools reads its settings from the environment before main. Call
 * profiler_end_heap last in main. */
void profiler_begin_heap(char **argv);
void profiler_end_heap(void);

/* The heap profile so far, allocated with malloc; NULL when memory is short. */
char *profiler_heap(size_t *size);

#endif
