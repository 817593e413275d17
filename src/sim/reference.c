/* reference: the loop as first published. The outer loop is over steps, the inner loop over
 * particles, and every operation is in the published order. Its results are bit for bit those of
 * CPython; the other methods are checked against it. Built without vectorisation. */
#include <math.h>
#include <string.h>

#include "sim/method.h"

/* Particles with ang_vel 0 are skipped, because adding their zero displacement would change a
 * coordinate of -0.0 to 0.0. The others are computed in groups of neighbours. */
static bool moves(const struct evolve_run *run, size_t i)
{
    return step_length(run->timestep, run->ang_vel[i]) != 0;
}

static void step_all(const struct evolve_run *run, size_t begin, size_t end)
{
    double timestep = run->timestep;
    for (size_t i = begin; i < end; i++) {
        double x = run->x_out[i];
        double y = run->y_out[i];
        double norm = sqrt(x * x + y * y);
        double vx = -y / norm;
        double vy = x / norm;
        double dx = timestep * run->ang_vel[i] * vx;
        double dy = timestep * run->ang_vel[i] * vy;
        run->x_out[i] = x + dx;
        run->y_out[i] = y + dy;
    }
}

/* `allowance`: particle-steps until the next check of the control. */
static bool walk(const struct evolve_run *run, size_t begin, size_t end,
                 const struct evolve_control *control, int64_t *allowance)
{
    for (int64_t step = 0; step < run->steps; step++) {
        step_all(run, begin, end);
        *allowance -= (int64_t)(end - begin);
        if (*allowance <= 0) {
            if (evolve_stopped(control))
                return false;
            *allowance = SIM_CHECK_INTERVAL;
        }
    }
    return true;
}

/* A step of a block is at most SIM_CHECK_INTERVAL particle-steps. */
#define BLOCK ((size_t)SIM_CHECK_INTERVAL)

static bool reference_evolve(const struct evolve_run *run, const struct evolve_control *control)
{
    if (run->x_out != run->x)
        memcpy(run->x_out, run->x, run->count * sizeof *run->x);
    if (run->y_out != run->y)
        memcpy(run->y_out, run->y, run->count * sizeof *run->y);

    int64_t allowance = SIM_CHECK_INTERVAL;
    size_t end;
    for (size_t begin = 0; begin < run->count; begin = end) {
        while (begin < run->count && !moves(run, begin))
            begin++;
        end = begin;
        while (end < run->count && end - begin < BLOCK && moves(run, end))
            end++;
        if (end > begin && !walk(run, begin, end, control, &allowance))
            return false;
    }
    return true;
}

const struct method method_reference = {
    .name = "reference",
    .summary = "takes every step as first published: the other methods are checked against it",
    .stepping = true,
    .polygon = true,
    .group = 1,
    .cost_ns = 5.0,
    .flop = 11, /* as compiled: timestep * ang_vel is computed once */
    .evolve = reference_evolve,
};
