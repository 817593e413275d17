#include "config.h"

#include "codec/compression/compression.h"

#include <string.h>
#include <strings.h>

static const struct compression compressions[] = {
#ifdef HAVE_ZSTD
    {"zstd", zstd_compressor, zstd_decompressor},
#endif
#ifdef HAVE_ZLIB
    {"gzip", gzip_compressor, gzip_decompressor},
#endif
    {NULL, NULL, NULL}};

_Static_assert(sizeof compressions / sizeof *compressions - 1 <= COMPRESSIONS_MAX,
               "tables of that size hold all codings");

const struct compression *compression_table(size_t *count)
{
    *count = sizeof compressions / sizeof *compressions - 1;
    return compressions;
}

const char *compression_names(void)
{
#if defined(HAVE_ZSTD) && defined(HAVE_ZLIB)
    return "zstd, gzip";
#elif defined(HAVE_ZSTD)
    return "zstd";
#elif defined(HAVE_ZLIB)
    return "gzip";
#else
    return "identity";
#endif
}

static bool is_named(const char *name, size_t length, const char *other)
{
    return strlen(other) == length && strncasecmp(name, other, length) == 0;
}

const struct compression *compression_find(const char *name, size_t length)
{
    if (is_named(name, length, "x-gzip")) {
        name += 2;
        length -= 2;
    }
    for (const struct compression *at = compressions; at->name; at++)
        if (is_named(name, length, at->name))
            return at;
    return NULL;
}
