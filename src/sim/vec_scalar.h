/* One double, in plain C. For vec.h only, which describes the functions. */
#ifndef SIM_VEC_SCALAR_H
#define SIM_VEC_SCALAR_H

#include <sleef.h>
#define VEC_LANES 1
#if defined(__FMA__) || defined(__aarch64__) || defined(__FP_FAST_FMA)
#define VEC_SINCOS Sleef_finz_sincosd1_u10purecfma
#else
#define VEC_SINCOS Sleef_cinz_sincosd1_u10purec
#endif
#define VEC_SINCOS_RESULT Sleef_double_2
typedef double vec;
typedef bool vec_mask;

static inline vec vec_set(double value)
{
    return value;
}

static inline vec vec_sqrt(vec a)
{
    return sqrt(a);
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return KERNEL_PORTABLE_FMA ? fma(a, b, c) : a * b + c;
}

/* a, with only the upper half of its digits. */
static inline vec vec_upper(vec a)
{
    uint64_t bits;
    memcpy(&bits, &a, sizeof bits);
    bits &= UINT64_MAX << 27;
    memcpy(&a, &bits, sizeof bits);
    return a;
}

/* Without fma it uses products of halves (after T. J. Dekker, 1971). */
static inline vec vec_residue(vec a, vec b, vec c)
{
    if (KERNEL_PORTABLE_FMA)
        return fma(a, b, c);
    vec a_upper = vec_upper(a), b_upper = vec_upper(b);
    vec a_lower = a - a_upper, b_lower = b - b_upper;
    return a_upper * b_upper + c + a_upper * b_lower + a_lower * b_upper + a_lower * b_lower;
}

static inline vec_mask vec_greater(vec a, vec b)
{
    return a > b;
}

static inline vec_mask vec_nonzero(vec a)
{
    return a != 0;
}

static inline vec_mask vec_both(vec_mask a, vec_mask b)
{
    return a && b;
}

static inline bool vec_any(vec_mask mask)
{
    return mask;
}

static inline bool vec_all(vec_mask mask)
{
    return mask;
}

static inline vec vec_select(vec_mask mask, vec a, vec b)
{
    return mask ? a : b;
}

static inline vec vec_abs(vec a)
{
    return fabs(a);
}

#endif
