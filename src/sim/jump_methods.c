/* closed_form and analytic: the methods whose cost does not grow with the number of steps. */
#include <string.h>

#include "sim/kernels.h"
#include "sim/method.h"

#define BLOCK 4096 /* particles between two calls of evolve_stopped() */

/* Computes the last particles, fewer than a kernel takes at once, in a copy that is filled up with
 * particles at rest. */
static void run_rest(kernel_range *kernel, size_t lanes, const struct evolve_run *run, size_t begin)
{
    double x[KERNEL_LANES_MAX], y[KERNEL_LANES_MAX], ang_vel[KERNEL_LANES_MAX];
    size_t count = run->count - begin;
    for (size_t i = 0; i < KERNEL_LANES_MAX; i++) {
        x[i] = i < count ? run->x[begin + i] : 1;
        y[i] = i < count ? run->y[begin + i] : 0;
        ang_vel[i] = i < count ? run->ang_vel[begin + i] : 0;
    }
    struct evolve_run rest = *run;
    rest.x = rest.x_out = x;
    rest.y = rest.y_out = y;
    rest.ang_vel = ang_vel;
    kernel(&rest, 0, lanes);
    memcpy(run->x_out + begin, x, count * sizeof *x);
    memcpy(run->y_out + begin, y, count * sizeof *y);
}

static bool in_blocks(kernel_range *kernel, size_t lanes, const struct evolve_run *run,
                      const struct evolve_control *control)
{
    size_t whole = run->count - run->count % lanes;
    for (size_t begin = 0; begin < whole; begin += BLOCK) {
        if (begin > 0 && evolve_stopped(control))
            return false;
        kernel(run, begin, whole - begin < BLOCK ? whole : begin + BLOCK);
    }
    if (whole < run->count)
        run_rest(kernel, lanes, run, whole);
    return true;
}

static bool closed_form_evolve(const struct evolve_run *run, const struct evolve_control *control)
{
    const struct kernels *kernels = kernels_in_use();
    return in_blocks(kernels->closed_form, kernels->lanes, run, control);
}

static bool analytic_evolve(const struct evolve_run *run, const struct evolve_control *control)
{
    const struct kernels *kernels = kernels_in_use();
    return in_blocks(kernels->analytic, kernels->lanes, run, control);
}

const struct method method_closed_form = {
    .name = "closed_form",
    .summary = "the end point of the same steps, computed directly",
    .stepping = false,
    .polygon = true,
    .vector = true,
    .group = KERNEL_LANES_MAX,
    .cost_ns = 5.0,
    .worst_ns = 950,
    .evolve = closed_form_evolve,
};

const struct method method_analytic = {
    .name = "analytic",
    .summary = "the true circle, without steps",
    .stepping = false,
    .polygon = false,
    .vector = true,
    .group = KERNEL_LANES_MAX,
    .cost_ns = 4.0,
    .worst_ns = 150,
    .evolve = analytic_evolve,
};
