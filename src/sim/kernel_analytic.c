/* analytic: the true circle. The radius is kept, the angle advances by ang_vel*dt/r. */
#include <math.h>

#include "sim/kernels.h"

void KERNEL_NAME(analytic)(const struct evolve_run *run, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        double x = run->x[i];
        double y = run->y[i];
        double angle = run->ang_vel[i] * run->dt / sqrt(x * x + y * y);
        if (angle != 0) {
            double sine = sin(angle);
            double cosine = cos(angle);
            double start_x = x;
            x = start_x * cosine - y * sine;
            y = start_x * sine + y * cosine;
        }
        run->x_out[i] = x;
        run->y_out[i] = y;
    }
}
