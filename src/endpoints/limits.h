/* The limits of a request that are about particles and work. The daemon fills them from its options
 * before the server starts; constant from then on. */
#ifndef ENDPOINTS_LIMITS_H
#define ENDPOINTS_LIMITS_H

#include <stddef.h>
#include <stdint.h>

struct limits {
    size_t max_particles;       /* of a request */
    int64_t max_particle_steps; /* of a request with a method that steps */
    double inline_below_ns;     /* predicted cost below which the I/O thread computes a request */
};

#endif
