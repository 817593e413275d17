/* fast: the published optimisation. The outer loop is over particles, the inner loop over steps,
 * and c is computed once. Scalar, for comparison, like `reference`, and slower than it here. Built
 * without vectorisation. */
#include <math.h>

#include "sim/method.h"

static bool fast_evolve(const struct evolve_run *run, const struct evolve_control *control)
{
    int64_t allowance = SIM_CHECK_INTERVAL;
    for (size_t i = 0; i < run->count; i++) {
        double x = run->x[i];
        double y = run->y[i];
        double c = step_length(run->timestep, run->ang_vel[i]);
        int64_t left = c != 0 ? run->steps : 0;
        while (left > 0) {
            int64_t burst = left < allowance ? left : allowance;
            for (int64_t step = 0; step < burst; step++) {
                double norm = sqrt(x * x + y * y);
                double next_x = x - (c * y) / norm;
                y = y + (c * x) / norm;
                x = next_x;
            }
            left -= burst;
            allowance -= burst;
            if (allowance == 0) {
                if (evolve_stopped(control))
                    return false;
                allowance = SIM_CHECK_INTERVAL;
            }
        }
        run->x_out[i] = x;
        run->y_out[i] = y;
    }
    return true;
}

const struct method method_fast = {
    .name = "fast",
    .summary = "the published optimisation, particle by particle; slower here than reference",
    .stepping = true,
    .polygon = true,
    .group = 1,
    .cost_ns = 12.0,
    .flop = 10,
    .evolve = fast_evolve,
};
