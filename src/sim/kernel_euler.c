/* euler: the loop over a block of particles. Only correctly rounded operations, in one
 * order: every build of this file gives the same bits. */
#include <math.h>

#include "sim/kernels.h"

void KERNEL_NAME(euler)(double *x, double *y, const double *c, int64_t steps)
{
    double *restrict px = __builtin_assume_aligned(x, 64);
    double *restrict py = __builtin_assume_aligned(y, 64);
    const double *restrict pc = __builtin_assume_aligned(c, 64);
    for (int64_t step = 0; step < steps; step++) {
        for (int i = 0; i < EULER_BLOCK; i++) {
            double k = pc[i] / sqrt(px[i] * px[i] + py[i] * py[i]);
            double next_x = px[i] - k * py[i];
            py[i] = py[i] + k * px[i];
            px[i] = next_x;
        }
    }
}
