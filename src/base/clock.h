/* Time on the steady clock (CLOCK_MONOTONIC). Any thread. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

/* Nanoseconds since an arbitrary fixed point in time. */
static inline int64_t clock_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static inline double clock_seconds(int64_t ns)
{
    return (double)ns * 1e-9;
}

#endif
