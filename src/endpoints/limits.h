/* Limits on the particles and the work of one request. The daemon fills them from its options
 * before the server starts; they are constant from then on. */
#ifndef ENDPOINTS_LIMITS_H
#define ENDPOINTS_LIMITS_H

#include <stddef.h>
#include <stdint.h>

struct limits {
    size_t max_particles;       /* of a request */
    int64_t max_particle_steps; /* of a request with a stepping method */
    double inline_below_ns;     /* the I/O thread computes requests predicted to take less */
};

#endif
