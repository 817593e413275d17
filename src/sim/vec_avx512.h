/* AVX-512F: eight doubles. For vec.h only, which describes the functions. */
#ifndef SIM_VEC_AVX512_H
#define SIM_VEC_AVX512_H

#include <immintrin.h>
#include <sleef.h>
#define VEC_LANES 8
#define VEC_SINCOS Sleef_finz_sincosd8_u10avx512f
#define VEC_SINCOS_RESULT Sleef___m512d_2
typedef __m512d vec;
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

static inline bool vec_all(vec_mask mask)
{
    return mask == 0xff;
}

static inline vec vec_select(vec_mask mask, vec a, vec b)
{
    return _mm512_mask_blend_pd(mask, b, a);
}

static inline vec vec_abs(vec a)
{
    return _mm512_abs_pd(a);
}

static inline vec vec_residue(vec a, vec b, vec c)
{
    return vec_fma(a, b, c);
}

#endif
