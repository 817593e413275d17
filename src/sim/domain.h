/* The domain of evolve(): the particles and parameters that have a meaningful result.
 *
 * Outside the domain are particles at the origin (they have no direction of motion), magnitudes at
 * which r^2, c^2 (unless c is 0) or r^2 + n*c^2 overflow or underflow, and for `analytic` an angle
 * beyond 2^53. One small component, as in (1e-170, 0.5), is allowed. Pure; any thread. */
#ifndef SIM_DOMAIN_H
#define SIM_DOMAIN_H

#include "sim/method.h"

enum domain_error {
    DOMAIN_OK = 0,
    DOMAIN_NOT_FINITE,       /* x, y or ang_vel is not finite */
    DOMAIN_ORIGIN,           /* x = y = 0 */
    DOMAIN_RADIUS_SMALL,     /* x^2 + y^2 underflows */
    DOMAIN_RADIUS_LARGE,     /* x^2 + y^2 overflows */
    DOMAIN_STEP_SMALL,       /* (timestep*ang_vel)^2 underflows */
    DOMAIN_STEP_LARGE,       /* (timestep*ang_vel)^2 overflows */
    DOMAIN_END_RADIUS_LARGE, /* r^2 + steps*c^2 overflows */
    DOMAIN_ANGLE_LARGE,      /* |ang_vel*dt/r| exceeds 2^53 (analytic) */
};

/* Checks the particles of `run` for `method`. Returns DOMAIN_OK, or the error of the first particle
 * that is outside the domain, with its index in *index. */
enum domain_error domain_check(const struct method *method, const struct evolve_run *run,
                               size_t *index);

/* Says what is wrong and what to do, as the end of a sentence about the particle. Never NULL. */
const char *domain_error_text(enum domain_error error);

#endif
