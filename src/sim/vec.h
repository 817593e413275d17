/* A vector of doubles, as wide as the instruction set that a file is compiled for: the
 * thin layer under the kernels. For the kernel_*.c files only,
 * here and in bench/.
 *
 * Sums, products and quotients are the compiler's vector extensions; what those lack is
 * here, once for each instruction set. All of it is correctly rounded, and vec_sincos is
 * SLEEF's deterministic ("finz") function, which gives the same bits at every width.
 *
 * Without fused multiply-add in hardware (the portable set on x86-64) vec_fma rounds twice,
 * vec_residue takes a longer way, and SLEEF's "cinz" function serves: last bits may differ
 * there. */
#ifndef SIM_VEC_H
#define SIM_VEC_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sim/kernels.h"

#if defined(KERNEL_AVX512)

#include <immintrin.h>
#include <sleef.h>
#define VEC_LANES 8
#define VEC_SINCOS Sleef_finz_sincosd8_u10avx512f
#define VEC_SINCOS_RESULT Sleef___m512d_2
typedef __m512d vec;

#elif defined(KERNEL_AVX2)

#include <immintrin.h>
#include <sleef.h>
#define VEC_LANES 4
#define VEC_SINCOS Sleef_finz_sincosd4_u10avx2
#define VEC_SINCOS_RESULT Sleef___m256d_2
typedef __m256d vec;

#elif defined(KERNEL_NEON)

#include <arm_neon.h>
#include <sleef.h>
#define VEC_LANES 2
#define VEC_SINCOS Sleef_finz_sincosd2_u10advsimd
#define VEC_SINCOS_RESULT Sleef_float64x2_t_2
typedef float64x2_t vec;

#else

#include <sleef.h>
#define VEC_LANES 1
#if defined(__FMA__) || defined(__aarch64__) || defined(__FP_FAST_FMA)
#define VEC_SINCOS Sleef_finz_sincosd1_u10purecfma
#else
#define VEC_SINCOS Sleef_cinz_sincosd1_u10purec
#endif
#define VEC_SINCOS_RESULT Sleef_double_2
typedef double vec;

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

#if VEC_LANES == 1

typedef bool vec_mask;

static inline vec vec_set(double value)
{
    return value;
}

static inline vec vec_sqrt(vec a)
{
    return sqrt(a);
}

/* a*b + c */
static inline vec vec_fma(vec a, vec b, vec c)
{
    return KERNEL_PORTABLE_FMA ? fma(a, b, c) : a * b + c;
}

/* The upper half of a's digits. */
static inline vec vec_upper(vec a)
{
    uint64_t bits;
    memcpy(&bits, &a, sizeof bits);
    bits &= UINT64_MAX << 27;
    memcpy(&a, &bits, sizeof bits);
    return a;
}

/* a*b + c where they nearly cancel: what rounding left over of a product, a quotient or a root.
 * Without fma by products of halves (after T. J. Dekker, 1971). */
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

/* a where the mask is set, b elsewhere */
static inline vec vec_select(vec_mask mask, vec a, vec b)
{
    return mask ? a : b;
}

static inline vec vec_abs(vec a)
{
    return fabs(a);
}

#elif defined(KERNEL_AVX512)

typedef __mmask8 vec_mask;

static inline vec vec_set(double value)
{
    return _mm512_set1_pd(value);
}

static inline vec vec_sqrt(vec a)
{
    return _mm512_sqrt_pd(a);
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return _mm512_fmadd_pd(a, b, c);
}

static inline vec_mask vec_greater(vec a, vec b)
{
    return _mm512_cmp_pd_mask(a, b, _CMP_GT_OQ);
}

static inline vec_mask vec_nonzero(vec a)
{
    return _mm512_cmp_pd_mask(a, _mm512_setzero_pd(), _CMP_NEQ_UQ);
}

static inline vec_mask vec_both(vec_mask a, vec_mask b)
{
    return a & b;
}

static inline bool vec_any(vec_mask mask)
{
    return mask != 0;
}

static inline vec vec_select(vec_mask mask, vec a, vec b)
{
    return _mm512_mask_blend_pd(mask, b, a);
}

static inline vec vec_abs(vec a)
{
    return _mm512_abs_pd(a);
}

#elif defined(KERNEL_AVX2)

typedef __m256d vec_mask;

static inline vec vec_set(double value)
{
    return _mm256_set1_pd(value);
}

static inline vec vec_sqrt(vec a)
{
    return _mm256_sqrt_pd(a);
}

static inline vec vec_fma(vec a, vec b, vec c)
{
    return _mm256_fmadd_pd(a, b, c);
}

static inline vec_mask vec_greater(vec a, vec b)
{
    return _mm256_cmp_pd(a, b, _CMP_GT_OQ);
}

static inline vec_mask vec_nonzero(vec a)
{
    return _mm256_cmp_pd(a, _mm256_setzero_pd(), _CMP_NEQ_UQ);
}

static inline vec_mask vec_both(vec_mask a, vec_mask b)
{
    return _mm256_and_pd(a, b);
}

static inline bool vec_any(vec_mask mask)
{
    return _mm256_movemask_pd(mask) != 0;
}

static inline vec vec_select(vec_mask mask, vec a, vec b)
{
    return _mm256_blendv_pd(b, a, mask);
}

static inline vec vec_abs(vec a)
{
    return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a);
}

#else /* NEON */

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

static inline vec vec_select(vec_mask mask, vec a, vec b)
{
    return vbslq_f64(mask, a, b);
}

static inline vec vec_abs(vec a)
{
    return vabsq_f64(a);
}

#endif

#if VEC_LANES > 1

static inline vec vec_residue(vec a, vec b, vec c)
{
    return vec_fma(a, b, c);
}

#endif

#endif
