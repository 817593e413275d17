#include "sim/method.h"

#include <math.h>
#include <string.h>

#include "sim/kernels.h"

static const struct method *const order[] = {
    &method_closed_form, &method_analytic, &method_euler, &method_fast, &method_reference,
};

#define METHOD_COUNT (sizeof order / sizeof *order)

_Static_assert(METHOD_COUNT <= METHODS_MAX, "tables of that size hold all methods");

const struct method *const *method_table(size_t *count)
{
    *count = METHOD_COUNT;
    return order;
}

const struct method *method_find(const char *name, size_t length)
{
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (strlen(order[i]->name) == length && memcmp(order[i]->name, name, length) == 0)
            return order[i];
    return NULL;
}

const struct method *method_default(void)
{
    return &method_closed_form;
}

int64_t evolve_steps(double dt, double timestep)
{
    double quotient = dt / timestep;
    return quotient <= (double)SIM_STEPS_MAX ? (int64_t)quotient : -1;
}

bool evolve(const struct method *method, const struct evolve_run *run,
            const struct evolve_control *control)
{
    bool still = method->polygon ? run->steps == 0 : run->dt == 0;
    if (!still)
        return method->evolve(run, control);
    if (run->x_out != run->x)
        memcpy(run->x_out, run->x, run->count * sizeof *run->x);
    if (run->y_out != run->y)
        memcpy(run->y_out, run->y, run->count * sizeof *run->y);
    return true;
}

int64_t evolve_particle_steps(const struct method *method, size_t count, int64_t steps)
{
    if (!method->polygon || steps == 0)
        return 0;
    if (count > (uint64_t)(INT64_MAX / steps))
        return INT64_MAX;
    return (int64_t)count * steps;
}

double evolve_cost_ns(const struct method *method, size_t count, int64_t steps)
{
    double groups = ceil((double)count / (double)method->group);
    return method->cost_ns * groups * (double)method->group *
           (method->stepping ? (double)steps : 1.0);
}

double evolve_worst_ns(const struct method *method, size_t count)
{
    return method->worst_ns * ceil((double)count / (double)kernels_in_use()->lanes);
}
