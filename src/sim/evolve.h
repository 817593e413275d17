/* One run: the particles and parameters that the methods and the kernels work on.
 *
 * Plain types and two inline functions; any thread. */
#ifndef SIM_EVOLVE_H
#define SIM_EVOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __FAST_MATH__
#error "-ffast-math changes results; particled promises the same bits everywhere"
#endif

/* Steps and angles beyond 2^53 are not exact in a double: the limit of the domain. */
#define SIM_STEPS_MAX ((int64_t)1 << 53)

/* A method calls evolve_stopped() at least once in this many particle-steps. */
#define SIM_CHECK_INTERVAL ((int64_t)1 << 18)

/* Lets the caller end a long run. `stop` may be NULL. It is called on the thread that runs
 * evolve(), and returns true to end the run early. */
struct evolve_control {
    bool (*stop)(void *context);
    void *context;
};

/* Columns hold `count` doubles each and belong to the caller. x_out and y_out are x and y
 * themselves (in place), or do not overlap them. ang_vel never changes. The particles must have
 * passed domain_check(). */
struct evolve_run {
    const double *x;
    const double *y;
    const double *ang_vel;
    double *x_out;
    double *y_out;
    size_t count;
    double dt;       /* total simulated time, finite, >= 0 */
    double timestep; /* length of a step, finite, > 0 */
    int64_t steps;   /* evolve_steps(dt, timestep), 0..SIM_STEPS_MAX */
};

/* c of a step: the length of the displacement, with the sign of the direction. */
static inline double step_length(double timestep, double ang_vel)
{
    return timestep * ang_vel;
}

/* True when the run must end. `control` may be NULL. */
static inline bool evolve_stopped(const struct evolve_control *control)
{
    return control && control->stop && control->stop(control->context);
}

#endif
