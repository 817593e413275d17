#include "http/message/server_timing.h"

#include <string.h>

#include "base/decimal.h"

static char *put_entry(char *out, const char *name, int64_t ns)
{
    size_t length = strlen(name);
    memcpy(out, name, length);
    out += length;
    memcpy(out, ";dur=", 5);
    out = decimal_integer(out + 5, (uint64_t)ns / 1000000u, 1);
    *out++ = '.';
    return decimal_integer(out, (uint64_t)ns / 1000u % 1000u, 3);
}

void server_timing(char out[SERVER_TIMING_MAX], const struct timing_phases *phases,
                   const struct timing *timing, int64_t total_ns)
{
    for (size_t phase = 0; phase < phases->count; phase++)
        if (timing->ns[phase]) {
            out = put_entry(out, phases->names[phase], timing->ns[phase]);
            *out++ = ',';
            *out++ = ' ';
        }
    out = put_entry(out, "total", total_ns);
    *out = '\0';
}
