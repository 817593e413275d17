/* POST /simulate: the answer, in the way that suits its size and format. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "codec/number/number.h"
#include "endpoints/simulate/respond.h"

/* Answers whose particles may take less are not compressed, unless the client wants no other. */
#define COMPRESSED_MIN 1024

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
    return format_digits(put_name(out, name), (uint64_t)value, 1);
}

static char *put_phase(char *out, const char *name, int64_t ns)
{
    out = put_text(out, "\"");
    out = put_text(out, name);
    out = put_text(out, "_s\":");
    return format_seconds(out, ns);
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

char *simulate_put_head(char *out)
{
    return put_text(out, "{\"particles\":");
}

char *simulate_put_tail(char *out, const struct simulate_metadata *metadata,
                        const struct timing *timing, int64_t total_ns)
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

void simulate_add_headers(struct request *request, int64_t steps, const struct method *method)
{
    char *text = request->response.number;
    *format_digits(text, (uint64_t)steps, 1) = '\0';
    request_add_header(request, "Particled-Steps", text);
    request_add_header(request, "Particled-Method", method->name);
}

static void fail_memory(struct request *request)
{
    request_fail_with(request, PROBLEM_INTERNAL, "Memory is short; try again later.");
}

/* The columns as they lie, behind their head. */
static bool respond_columns(struct request *request)
{
    struct simulate *simulate = request->state;
    struct particle_set *set = &simulate->body.simulation.particles;
    struct iovec_body *iovec_body = iovec_body_create(4);
    char *head = malloc(ENCODE_HEAD_MAX);
    if (!iovec_body || !head) {
        free(head);
        iovec_body_destroy(iovec_body);
        fail_memory(request);
        return false;
    }
    size_t bytes = set->count * sizeof(double);
    iovec_body->part[0] =
        (struct iovec_part){head, simulate->codec->encoder->write_head(head, set), head};
    iovec_body->part[1] = (struct iovec_part){set->x, bytes, NULL};
    iovec_body->part[2] = (struct iovec_part){set->y, bytes, NULL};
    iovec_body->part[3] = (struct iovec_part){set->ang_vel, bytes, NULL};
    iovec_body->columns = *set;
    particle_set_init(set);
    request_respond_iovec(request, MHD_HTTP_OK, simulate->codec->media_type, iovec_body);
    return true;
}

/* A text of up to `bound` bytes, in one buffer. */
static bool respond_whole(struct request *request, size_t bound,
                          const struct simulate_metadata *metadata)
{
    struct simulate *simulate = request->state;
    const struct simulation *simulation = &simulate->body.simulation;
    const struct encoder *encoder = simulate->codec->encoder;
    int64_t start_ns = clock_now_ns();
    size_t capacity = bound + SIMULATE_METADATA_BYTES;
    if (!request_reserve(request, capacity)) {
        request_fail_reservation(request, capacity, "The answer");
        return false;
    }
    char *body = malloc(capacity), *end = body;
    if (!body) {
        fail_memory(request);
        return false;
    }
    if (simulate->codec->is_document)
        end = simulate_put_head(end);
    end = encoder->write(end, &simulation->particles, simulation->shape, 0,
                         encoder->items(&simulation->particles, simulation->shape));
    int64_t now = clock_now_ns();
    request->timing.ns[TIMING_SERIALIZE] = now - start_ns;
    if (simulate->codec->is_document)
        end = simulate_put_tail(end, metadata, &request->timing, now - request->started_ns);
    request_respond(request, MHD_HTTP_OK, simulate->codec->media_type, body, (size_t)(end - body));
    return true;
}

static bool respond_compressed(struct request *request, const struct simulate_result *result)
{
    const struct simulate *simulate = request->state;
    const char *type = simulate->codec->media_type, *coding = simulate->coding->name;
    struct iovec_body *iovec_body = simulate_compress(request, result);
    if (!iovec_body)
        return false;
    request_respond_iovec(request, MHD_HTTP_OK, type, iovec_body);
    request_add_header(request, MHD_HTTP_HEADER_CONTENT_ENCODING, coding);
    return true;
}

static bool respond_chunked(struct request *request, const struct simulate_result *result)
{
    if (simulate_respond_chunked(request, result))
        return true;
    fail_memory(request);
    return false;
}

void simulate_respond(struct request *request, const struct simulate_result *result)
{
    const struct simulate *simulate = request->state;
    const struct simulation *simulation = &simulate->body.simulation;
    const struct encoder *encoder = simulate->codec->encoder;
    struct simulate_metadata metadata = simulate_metadata(simulate, result);
    bool is_document = simulate->codec->is_document; /* failing frees the state */
    size_t bound = encoder->write_head
                       ? ENCODE_HEAD_MAX + simulation->particles.count * PARTICLE_BYTES
                       : encode_bound(encoder, simulation->shape,
                                      encoder->items(&simulation->particles, simulation->shape));
    bool pack = simulate->coding && (simulate->identity_refused || bound >= COMPRESSED_MIN);
    bool answered = pack                  ? respond_compressed(request, result)
                    : encoder->write_head ? respond_columns(request)
                    : bound > WHOLE_MAX   ? respond_chunked(request, result)
                                          : respond_whole(request, bound, &metadata);
    if (answered && !is_document)
        simulate_add_headers(request, metadata.steps, metadata.method);
}
