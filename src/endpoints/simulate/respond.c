/* POST /simulate: the answer, in the way that suits its size and format. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec/number/number.h"
#include "base/clock.h"
#include "endpoints/simulate/respond.h"

/* Answers whose particles may take less are not compressed, unless the client wants no other. */
#define PACKED_MIN 1024

/* Texts that may be longer are written while they are sent. */
#define WHOLE_MAX ((size_t)1 << 20)

/* Appends to a buffer that is known to be large enough. */
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
    return timing_digits(put_name(out, name), (uint64_t)value, 1);
}

static char *put_phase(char *out, const char *name, int64_t ns)
{
    out = put_text(out, "\"");
    out = put_text(out, name);
    out = put_text(out, "_s\":");
    return timing_seconds(out, ns);
}

static char *put_timing(char *out, const struct simulate_result *result,
                        const struct timing *timing, int64_t total_ns)
{
    out = put_text(out, ",\"timing\":{");
    for (int phase = 0; phase < TIMING_PHASES; phase++) {
        out = put_phase(out, timing_names[phase], timing->ns[phase]);
        *out++ = ',';
    }
    out = put_phase(out, "total", total_ns);
    out = put_integer(out, "particle_steps", result->particle_steps);
    int64_t evolve_ns = timing->ns[TIMING_EVOLVE];
    double rate = evolve_ns > 0 ? (double)result->particle_steps / clock_seconds(evolve_ns) : 0;
    out = put_real(out, "particle_steps_per_s", round(rate));
    out = put_integer(out, "threads", result->threads);
    return put_text(out, "}");
}

struct simulate_facts simulate_facts(const struct simulate *simulate,
                                     const struct simulate_result *result)
{
    const struct simulation *simulation = &simulate->body.simulation;
    return (struct simulate_facts){
        .dt = simulation->dt,
        .timestep = simulation->timestep,
        .steps = simulation->method->polygon ? simulate->steps : 0,
        .method = simulation->method,
        .result = *result,
    };
}

char *simulate_put_head(char *out)
{
    return put_text(out, "{\"particles\":");
}

char *simulate_put_tail(char *out, const struct simulate_facts *facts, const struct timing *timing,
                        int64_t total_ns)
{
    out = put_real(out, "dt", facts->dt);
    out = put_real(out, "timestep", facts->timestep);
    out = put_integer(out, "steps", facts->steps);
    out = put_text(out, ",\"method\":\"");
    out = put_text(out, facts->method->name);
    out = put_text(out, "\"");
    out = put_timing(out, &facts->result, timing, total_ns);
    return put_text(out, "}\n");
}

void simulate_add_headers(struct exchange *exchange, int64_t steps, const struct method *method)
{
    char *text = exchange->answer.number;
    *timing_digits(text, (uint64_t)steps, 1) = '\0';
    exchange_header(exchange, "Particled-Steps", text);
    exchange_header(exchange, "Particled-Method", method->name);
}

static void fail_memory(struct exchange *exchange)
{
    exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
}

/* The columns as they lie, behind their head. */
static bool answer_columns(struct exchange *exchange)
{
    struct simulate *simulate = exchange->state;
    struct particle_set *set = &simulate->body.simulation.particles;
    struct parts *parts = parts_create(4);
    char *head = malloc(ENCODE_HEAD_MAX);
    if (!parts || !head) {
        free(head);
        parts_destroy(parts);
        fail_memory(exchange);
        return false;
    }
    size_t bytes = set->count * sizeof(double);
    parts->part[0] = (struct part){head, simulate->codec->encoder->write_head(head, set), head};
    parts->part[1] = (struct part){set->x, bytes, NULL};
    parts->part[2] = (struct part){set->y, bytes, NULL};
    parts->part[3] = (struct part){set->ang_vel, bytes, NULL};
    parts->columns = *set;
    particle_set_init(set);
    exchange_answer_parts(exchange, MHD_HTTP_OK, simulate->codec->media_type, parts);
    return true;
}

/* A text of up to `bound` bytes, in one buffer. */
static bool answer_whole(struct exchange *exchange, size_t bound,
                         const struct simulate_facts *facts)
{
    struct simulate *simulate = exchange->state;
    const struct simulation *simulation = &simulate->body.simulation;
    const struct encoder *encoder = simulate->codec->encoder;
    int64_t begun = clock_now_ns();
    size_t room = bound + SIMULATE_ENVELOPE;
    if (!exchange_claim(exchange, room)) {
        exchange_fail_claim(exchange, room, "The answer");
        return false;
    }
    char *body = malloc(room), *end = body;
    if (!body) {
        fail_memory(exchange);
        return false;
    }
    if (simulate->codec->is_document)
        end = simulate_put_head(end);
    end = encoder->write(end, &simulation->particles, simulation->shape, 0,
                         encoder->items(&simulation->particles, simulation->shape));
    int64_t now = clock_now_ns();
    exchange->timing.ns[TIMING_SERIALIZE] = now - begun;
    if (simulate->codec->is_document)
        end = simulate_put_tail(end, facts, &exchange->timing, now - exchange->started_ns);
    exchange_answer(exchange, MHD_HTTP_OK, simulate->codec->media_type, body, (size_t)(end - body));
    return true;
}

static bool answer_packed(struct exchange *exchange, const struct simulate_result *result)
{
    const struct simulate *simulate = exchange->state;
    const char *type = simulate->codec->media_type, *packing = simulate->packing->name;
    struct parts *parts = simulate_pack(exchange, result);
    if (!parts)
        return false;
    exchange_answer_parts(exchange, MHD_HTTP_OK, type, parts);
    exchange_header(exchange, MHD_HTTP_HEADER_CONTENT_ENCODING, packing);
    return true;
}

static bool answer_later(struct exchange *exchange, const struct simulate_result *result)
{
    if (simulate_answer_later(exchange, result))
        return true;
    fail_memory(exchange);
    return false;
}

void simulate_answer(struct exchange *exchange, const struct simulate_result *result)
{
    const struct simulate *simulate = exchange->state;
    const struct simulation *simulation = &simulate->body.simulation;
    const struct encoder *encoder = simulate->codec->encoder;
    struct simulate_facts facts = simulate_facts(simulate, result);
    bool is_document = simulate->codec->is_document; /* failing frees the state */
    size_t bound = encoder->write_head
                       ? ENCODE_HEAD_MAX + simulation->particles.count * PARTICLE_BYTES
                       : encode_bound(encoder, simulation->shape,
                                      encoder->items(&simulation->particles, simulation->shape));
    bool pack = simulate->packing && (simulate->must_pack || bound >= PACKED_MIN);
    bool answered = pack                  ? answer_packed(exchange, result)
                    : encoder->write_head ? answer_columns(exchange)
                    : bound > WHOLE_MAX   ? answer_later(exchange, result)
                                          : answer_whole(exchange, bound, &facts);
    if (answered && !is_document)
        simulate_add_headers(exchange, facts.steps, facts.method);
}
