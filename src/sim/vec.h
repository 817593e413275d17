/* A vector of doubles, as wide as the instruction set that a file is compiled for. For the
 * kernel_*.c files here and in bench/ only.
 *
 * Sums, products and quotients are the vector extensions of the compiler. The other operations are
 * here, once for each instruction set. All of them are correctly rounded. vec_sincos is SLEEF's
 * deterministic ("finz") function, which gives the same bits at every width.
 *
 * Without fused multiply-add in hardware (the portable set on x86-64) vec_fma rounds twice,
 * vec_residue needs more operations, and vec_sincos is SLEEF's "cinz" function. The last bits may
 * differ there. */
#ifndef SIM_VEC_H
#define SIM_VEC_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sim/kernels.h"

/* Each of these headers has VEC_LANES, the types vec and vec_mask, SLEEF's sine and cosine, and:
 *
 *     vec_set(value)          all lanes equal
 *     vec_sqrt(a), vec_abs(a)
 *     vec_fma(a, b, c)        a*b + c
 *     vec_residue(a, b, c)    a*b + c where they nearly cancel: the rounding error of a product,
 *                             a quotient or a root; exact also without fma
 *     vec_greater(a, b), vec_nonzero(a), vec_both(mask, mask), vec_any(mask), vec_all(mask)
 *     vec_select(mask, a, b)  a where the mask is set, b elsewhere */
#if defined(KERNEL_AVX512)
#include "sim/vec_avx512.h"
#elif defined(KERNEL_AVX2)
#include "sim/vec_avx2.h"
#elif defined(KERNEL_NEON)
#include "sim/vec_neon.h"
#else
#include "sim/vec_scalar.h"
#endif

static inline vec vec_load(const double *from)
{
    vec value;
    memcpy(&value, from, sizeof value);
    return value;
}

static inline void vec_store(double *to, vec value)
{
    memcpy(to, &value, sizeof value);
}

static inline vec vec_sincos(vec angle, vec *cosine)
{
    VEC_SINCOS_RESULT result = VEC_SINCOS(angle);
    *cosine = result.y;
    return result.x;
}

#endif
