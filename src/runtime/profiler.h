/* Profiles of this process, taken by gperftools where it was built in.
 *
 * A CPU profile holds the stacks that a signal found, 100 times a second of CPU time, on whichever
 * thread was running; threads that block SIGPROF are not seen. A heap profile needs tcmalloc in
 * place of the library's allocator (configure --enable-tcmalloc) and tells who allocated what is in
 * use. Any thread; one CPU profile at a time, the caller sees to that. */
#ifndef RUNTIME_PROFILER_H
#define RUNTIME_PROFILER_H

#include <stdbool.h>
#include <stddef.h>

/* What was built in: "cpu", "cpu, heap" or "no". */
const char *profiler_features(void);

bool profiler_has_cpu(void);
bool profiler_has_heap(void);

/* Starts to take a CPU profile. False when it cannot, say because CPUPROFILE in the environment has
 * already started one. */
bool profiler_start(void);

/* Ends it: the profile, allocated with malloc, in gperftools' format. NULL when memory or
 * descriptors are short. */
char *profiler_stop(size_t *size);

/* From here on a heap profile is kept, if that is built in. Call first in main, with its argv:
 * gperftools takes settings from the environment before main runs, so the program may start itself
 * anew with them. And the end of that, last in main. */
void profiler_begin_heap(char **argv);
void profiler_end_heap(void);

/* The heap profile so far, allocated with malloc; NULL when memory is short. */
char *profiler_heap(size_t *size);

#endif
