/* NEON of aarch64: two doubles. For vec.h only, which describes the functions. */
#ifndef SIM_VEC_NEON_H
#define SIM_VEC_NEON_H

#include <arm_neon.h>
#include <sleef.h>
#define VEC_LANES 2
#define VEC_SINCOS Sleef_finz_sincosd2_u10advsimd
#define VEC_SINCOS_RESULT Sleef_float64x2_t_2
typedef float64x2_t vec;
typedef uint64x2_t vec_mask;

static inline vec vec_set(double value)
{
    return vdupq_n_f64(value);
}

static inline vec vec_sqrt(vec a)
{
    return vsqrtq_f64(a);
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return vfmaq_f64(c, a, b);
}

static inline vec_mask vec_greater(vec a, vec b)
{
    return vcgtq_f64(a, b);
}

static inline vec_mask vec_nonzero(vec a)
{
    return veorq_u64(vceqzq_f64(a), vdupq_n_u64(UINT64_MAX));
}

static inline vec_mask vec_both(vec_mask a, vec_mask b)
{
    return vandq_u64(a, b);
}

static inline bool vec_any(vec_mask mask)
{
    return (vgetq_lane_u64(mask, 0) | vgetq_lane_u64(mask, 1)) != 0;
}

static inline bool vec_all(vec_mask mask)
{
    return (vgetq_lane_u64(mask, 0) & vgetq_lane_u64(mask, 1)) != 0;
}

static inline vec vec_select(vec_mask mask, vec a, vec b)
{
    return vbslq_f64(mask, a, b);
}

static inline vec vec_abs(vec a)
{
    return vabsq_f64(a);
}

static inline vec vec_residue(vec a, vec b, vec c)
{
    return vec_fma(a, b, c);
}

#endif
