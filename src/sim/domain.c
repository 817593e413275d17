#include "sim/domain.h"

#include <float.h>
#include <math.h>

#include "sim/kernels.h"

/* The kernels check this many particles at once. If one of them is near a limit or outside, each is
 * checked alone. */
#define BLOCK 256

/* Below DBL_MIN a square loses digits. */
static bool underflows(double square)
{
    return square < DBL_MIN;
}

static bool overflows(double square)
{
    return !(square <= DBL_MAX);
}

static enum domain_error check_polygon(const struct evolve_run *run, double r2, double ang_vel)
{
    double c = step_length(run->timestep, ang_vel);
    if (c == 0)
        return DOMAIN_OK;
    double c2 = c * c;
    if (overflows(c2))
        return DOMAIN_STEP_LARGE;
    if (underflows(c2))
        return DOMAIN_STEP_SMALL;
    if (overflows(r2 + (double)run->steps * c2))
        return DOMAIN_END_RADIUS_LARGE;
    return DOMAIN_OK;
}

static enum domain_error check_circle(const struct evolve_run *run, double r2, double ang_vel)
{
    double angle = ang_vel * run->dt / sqrt(r2);
    return fabs(angle) <= (double)SIM_STEPS_MAX ? DOMAIN_OK : DOMAIN_ANGLE_LARGE;
}

static enum domain_error check_one(const struct method *method, const struct evolve_run *run,
                                   size_t i)
{
    double x = run->x[i];
    double y = run->y[i];
    double ang_vel = run->ang_vel[i];
    if (!isfinite(x) || !isfinite(y) || !isfinite(ang_vel))
        return DOMAIN_NOT_FINITE;
    if (x == 0 && y == 0)
        return DOMAIN_ORIGIN;
    double r2 = x * x + y * y;
    if (underflows(r2))
        return DOMAIN_RADIUS_SMALL;
    if (overflows(r2))
        return DOMAIN_RADIUS_LARGE;
    return method->polygon ? check_polygon(run, r2, ang_vel) : check_circle(run, r2, ang_vel);
}

enum domain_error domain_check(const struct method *method, const struct evolve_run *run,
                               size_t *index)
{
    const struct kernels *kernels = kernels_in_use();
    kernel_domain *well_inside = method->polygon ? kernels->polygon_domain : kernels->circle_domain;
    for (size_t begin = 0, end; begin < run->count; begin = end) {
        end = run->count - begin < BLOCK ? run->count : begin + BLOCK;
        size_t whole = end - (end - begin) % kernels->lanes;
        if (well_inside(run, begin, whole))
            begin = whole;
        for (size_t i = begin; i < end; i++) {
            enum domain_error error = check_one(method, run, i);
            if (error != DOMAIN_OK) {
                *index = i;
                return error;
            }
        }
    }
    return DOMAIN_OK;
}

const char *domain_error_text(enum domain_error error)
{
    switch (error) {
    case DOMAIN_OK:
        return "is in the domain";
    case DOMAIN_NOT_FINITE:
        return "has a coordinate or speed that is not finite; give finite numbers";
    case DOMAIN_ORIGIN:
        return "is at the origin, where it has no direction of motion; move it away or leave it "
               "out";
    case DOMAIN_RADIUS_SMALL:
        return "is so close to the origin that x^2 + y^2 underflows; keep the radius above "
               "1.5e-154";
    case DOMAIN_RADIUS_LARGE:
        return "is so far from the origin that x^2 + y^2 overflows; keep the radius below 1.3e154";
    case DOMAIN_STEP_SMALL:
        return "moves so little in a step that (timestep*ang_vel)^2 underflows; "
               "use 0 or a product of at least 1.5e-154";
    case DOMAIN_STEP_LARGE:
        return "moves so far in a step that (timestep*ang_vel)^2 overflows; "
               "keep the product below 1.3e154";
    case DOMAIN_END_RADIUS_LARGE:
        return "ends so far from the origin that its squared radius overflows; "
               "use a smaller ang_vel, timestep or dt";
    case DOMAIN_ANGLE_LARGE:
        return "turns by an angle of more than 2^53 radians; use a smaller ang_vel or dt";
    }
    return "is outside the domain";
}
