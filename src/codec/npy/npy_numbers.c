#include "codec/npy/npy_numbers.h"

#include <stdint.h>
#include <string.h>

/* Vectors of two numbers, which every 64-bit CPU supports, as gcc and clang write them. */
typedef double pair __attribute__((vector_size(16)));
typedef float narrow_pair __attribute__((vector_size(8)));
typedef uint64_t bits_pair __attribute__((vector_size(16)));

#define EXPONENT UINT64_C(0x7ff0000000000000)
#define EXPONENT_ONE UINT64_C(0x0010000000000000)

/* The exponent bits of infinity and NaN are all ones, so adding one sets the highest bit. */
static inline bits_pair carry(pair numbers)
{
    return ((bits_pair)numbers & EXPONENT) + EXPONENT_ONE;
}

static inline bool none_carried(bits_pair seen)
{
    return !((seen[0] | seen[1]) >> 63);
}

static inline pair load(const char *from)
{
    pair value;
    memcpy(&value, from, sizeof value);
    return value;
}

static inline double load_double(const char *from)
{
    double value;
    memcpy(&value, from, sizeof value);
    return value;
}

static inline float load_float(const char *from)
{
    float value;
    memcpy(&value, from, sizeof value);
    return value;
}

static inline void store(double *to, pair value)
{
    memcpy(to, &value, sizeof value);
}

/* The loop reads two rows at a time; with one row it takes twice as long. */
bool npy_split_rows(double *const to[PARTICLE_COLUMNS], const char *rows, size_t count)
{
    double *restrict x = to[0], *restrict y = to[1], *restrict a = to[2];
    bits_pair seen = {0, 0};
    size_t i = 0;
    for (; i + 2 <= count; i += 2, rows += 48) {
        store(x + i, (pair){load_double(rows), load_double(rows + 24)});
        store(y + i, (pair){load_double(rows + 8), load_double(rows + 32)});
        store(a + i, (pair){load_double(rows + 16), load_double(rows + 40)});
        seen |= carry(load(rows)) | carry(load(rows + 16)) | carry(load(rows + 32));
    }
    if (i < count) {
        x[i] = load_double(rows);
        y[i] = load_double(rows + 8);
        a[i] = load_double(rows + 16);
        seen |= carry((pair){x[i], y[i]}) | carry((pair){a[i], 0});
    }
    return none_carried(seen);
}

static bool copy_doubles(double *restrict to, const char *from, size_t stride, size_t count)
{
    bits_pair seen = {0, 0};
    size_t i = 0;
    for (; i + 2 <= count; i += 2, from += 2 * stride) {
        pair two = {load_double(from), load_double(from + stride)};
        store(to + i, two);
        seen |= carry(two);
    }
    if (i < count) {
        to[i] = load_double(from);
        seen |= carry((pair){to[i], 0});
    }
    return none_carried(seen);
}

static bool widen_floats(double *restrict to, const char *from, size_t stride, size_t count)
{
    bits_pair seen = {0, 0};
    size_t i = 0;
    for (; i + 2 <= count; i += 2, from += 2 * stride) {
        narrow_pair narrow = {load_float(from), load_float(from + stride)};
        pair two = __builtin_convertvector(narrow, pair); /* exact */
        store(to + i, two);
        seen |= carry(two);
    }
    if (i < count) {
        to[i] = (double)load_float(from);
        seen |= carry((pair){to[i], 0});
    }
    return none_carried(seen);
}

bool npy_copy_column(double *to, const char *from, size_t bytes, size_t stride, size_t count)
{
    return bytes == sizeof(double) ? copy_doubles(to, from, stride, count)
                                   : widen_floats(to, from, stride, count);
}
