/* The methods whose cost does not grow with the number of steps. */
#include "sim/kernels.h"
#include "sim/method_list.h"

#define BLOCK 4096 /* particles between two checks of the control */

static bool in_blocks(kernel_range *kernel, const struct evolve_run *run,
                      const struct evolve_control *control)
{
    for (size_t begin = 0; begin < run->count; begin += BLOCK) {
        if (begin > 0 && evolve_stopped(control))
            return false;
        kernel(run, begin, run->count - begin < BLOCK ? run->count : begin + BLOCK);
    }
    return true;
}

static bool closed_form_evolve(const struct evolve_run *run, const struct evolve_control *control)
{
    return in_blocks(kernels_best()->closed_form, run, control);
}

static bool analytic_evolve(const struct evolve_run *run, const struct evolve_control *control)
{
    return in_blocks(kernels_best()->analytic, run, control);
}

const struct method method_closed_form = {
    .name = "closed_form",
    .summary = "the end point of the very same steps, without walking them",
    .stepping = false,
    .polygon = true,
    .cost_ns = 40.0,
    .evolve = closed_form_evolve,
};

const struct method method_analytic = {
    .name = "analytic",
    .summary = "the true circle, without steps",
    .stepping = false,
    .polygon = false,
    .cost_ns = 20.0,
    .evolve = analytic_evolve,
};
