/* What method.c collects into its table; for the files of sim/ only. */
#ifndef SIM_METHOD_LIST_H
#define SIM_METHOD_LIST_H

#include "sim/method.h"

extern const struct method method_closed_form;
extern const struct method method_analytic;
extern const struct method method_euler;
extern const struct method method_fast;
extern const struct method method_reference;

/* c of a step: the displacement's length with the sign of the direction. */
static inline double step_length(double timestep, double ang_vel)
{
    return timestep * ang_vel;
}

static inline bool evolve_stopped(const struct evolve_control *control)
{
    return control && control->stop && control->stop(control->context);
}

#ifdef __FAST_MATH__
#error "-ffast-math changes results; particled promises the same bits everywhere"
#endif

#endif
