/* AVX2 with FMA: four doubles. For vec.h only, which describes the functions. */
#ifndef SIM_VEC_AVX2_H
#define SIM_VEC_AVX2_H

#include <immintrin.h>
#include <sleef.h>
#define VEC_LANES 4
#define VEC_SINCOS Sleef_finz_sincosd4_u10avx2
#define VEC_SINCOS_RESULT Sleef___m256d_2
typedef __m256d vec;
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

static inline bool vec_all(vec_mask mask)
{
    return _mm256_movemask_pd(mask) == 0xf;
}

static inline vec vec_select(vec_mask mask, vec a, vec b)
{
    return _mm256_blendv_pd(b, a, mask);
}

static inline vec vec_abs(vec a)
{
    return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a);
}

static inline vec vec_residue(vec a, vec b, vec c)
{
    return vec_fma(a, b, c);
}

#endif
