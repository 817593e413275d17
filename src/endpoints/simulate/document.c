#include "endpoints/simulate/document.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "codec/number/number.h"

/* The put_ functions append to a buffer that is large enough, and return the end. */
static char *put_text(char *out, const char *text)
{
    size_t length = strlen(text);
    memcpy(out, text, length);
    return out + length;
}

static char *put_name(char *out, const char *name)
{
    out = put_text(out, ",\"");
    out = put_text(out, name);
    return put_text(out, "\":");
}

static char *put_real(char *out, const char *name, double value)
{
    return number_format(put_name(out, name), value);
}

static char *put_integer(char *out, const char *name, int64_t value)
{
    return decimal_integer(put_name(out, name), (uint64_t)value, 1);
}

static char *put_phase(char *out, const char *name, int64_t ns)
{
    out = put_text(out, "\"");
    out = put_text(out, name);
    out = put_text(out, "_s\":");
    return decimal_seconds(out, ns);
}

static char *put_timing(char *out, const struct simulate_result *result,
                        const struct timing *timing, int64_t total_ns)
{
    out = put_text(out, ",\"timing\":{");
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        out = put_phase(out, application_phases.names[phase], timing->ns[phase]);
        *out++ = ',';
    }
    out = put_phase(out, "total", total_ns);
    out = put_integer(out, "particle_steps", result->particle_steps);
    int64_t evolve_ns = timing->ns[PHASE_EVOLVE];
    double rate = evolve_ns > 0 ? (double)result->particle_steps / clock_seconds(evolve_ns) : 0;
    out = put_real(out, "particle_steps_per_s", round(rate));
    out = put_integer(out, "threads", result->threads);
    return put_text(out, "}");
}

struct simulate_metadata simulate_metadata(const struct simulate *simulate,
                                           const struct simulate_result *result)
{
    const struct simulation *simulation = &simulate->body.simulation;
    return (struct simulate_metadata){
        .dt = simulation->dt,
        .timestep = simulation->timestep,
        .steps = simulation->method->polygon ? simulate->steps : 0,
        .method = simulation->method,
        .result = *result,
    };
}

char *document_begin(char *out)
{
    return put_text(out, "{\"particles\":");
}

char *document_end(char *out, const struct simulate_metadata *metadata, const struct timing *timing,
                   int64_t total_ns)
{
    out = put_real(out, "dt", metadata->dt);
    out = put_real(out, "timestep", metadata->timestep);
    out = put_integer(out, "steps", metadata->steps);
    out = put_text(out, ",\"method\":\"");
    out = put_text(out, metadata->method->name);
    out = put_text(out, "\"");
    out = put_timing(out, &metadata->result, timing, total_ns);
    return put_text(out, "}\n");
}

void document_add_headers(struct request *request, int64_t steps, const struct method *method)
{
    char *text = request->response.number;
    *decimal_integer(text, (uint64_t)steps, 1) = '\0';
    request_add_header(request, "Particled-Steps", text);
    request_add_header(request, "Particled-Method", method->name);
}
