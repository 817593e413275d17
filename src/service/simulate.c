/* POST /simulate on the I/O thread: check, decode, submit. */
#include "service/simulate.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "codec/codec.h"
#include "codec/simulation.h"
#include "runtime/clock.h"
#include "service/media.h"
#include "service/simulate_state.h"

/* Requests that a worker is done with in this time go before longer ones. */
#define BRIEF_NS 1e6

/* Writing a particle, roughly, where it does not lie there already. */
#define ENCODE_NS 150

static enum claim claim_columns(void *context, size_t bytes)
{
    if (exchange_claim(context, bytes))
        return CLAIM_OK;
    return exchange_may_claim(context, bytes) ? CLAIM_LATER : CLAIM_NEVER;
}

static void unclaim_columns(void *context, size_t bytes)
{
    exchange_unclaim(context, bytes);
}

void simulate_release(struct exchange *exchange)
{
    struct simulate *simulate = exchange->state;
    if (simulate->decoder)
        decoder_destroy(simulate->decoder);
    exchange_unclaim(exchange, particle_set_bytes(simulate->simulation.particles.capacity));
    simulation_fini(&simulate->simulation);
    free(simulate);
}

/* What curl -d says of any text, so JSON is tried. */
#define FORM_TYPE "application/x-www-form-urlencoded"

static bool choose_body_codec(struct exchange *exchange, const struct codec *codecs, size_t count)
{
    struct simulate *simulate = exchange->state;
    const char *type = exchange_request_header(exchange, MHD_HTTP_HEADER_CONTENT_TYPE);
    simulate->body_codec = codecs;
    if (!type || media_is(type, FORM_TYPE))
        return true;
    for (size_t i = 0; i < count; i++)
        if (media_is(type, codecs[i].media_type)) {
            simulate->body_codec = &codecs[i];
            return true;
        }
    exchange_fail_with(exchange, PROBLEM_MEDIA_TYPE,
                       "Bodies of type \"%.100s\" are not known here; send " CODEC_TYPES ".", type);
    exchange_header(exchange, "Accept-Post", CODEC_TYPES);
    return false;
}

static bool choose_answer_codec(struct exchange *exchange, const struct codec *codecs, size_t count)
{
    struct simulate *simulate = exchange->state;
    const char *types[CODECS_MAX];
    for (size_t i = 0; i < count; i++)
        types[i] = codecs[i].media_type;
    int chosen =
        media_choose(exchange_request_header(exchange, MHD_HTTP_HEADER_ACCEPT), types, count);
    if (chosen >= 0) {
        simulate->answer_codec = &codecs[chosen];
        return true;
    }
    exchange_fail_with(exchange, PROBLEM_NOT_ACCEPTABLE,
                       "The answer comes as " CODEC_TYPES "; accept one of them.");
    return false;
}

static bool check_media(struct exchange *exchange)
{
    size_t count;
    const struct codec *codecs = codec_table(&count);
    if (!choose_body_codec(exchange, codecs, count))
        return false;
    const char *encoding = exchange_request_header(exchange, MHD_HTTP_HEADER_CONTENT_ENCODING);
    if (encoding && strcasecmp(encoding, "identity") != 0) {
        exchange_fail_with(exchange, PROBLEM_ENCODING,
                           "Content-Encoding \"%.100s\" is not known here; send the body as it is.",
                           encoding);
        exchange_header(exchange, MHD_HTTP_HEADER_ACCEPT_ENCODING, "identity");
        return false;
    }
    return choose_answer_codec(exchange, codecs, count);
}

static bool check_load(struct exchange *exchange)
{
    struct service *service = exchange->service;
    if (atomic_load(&service->draining)) {
        exchange_fail_with(exchange, PROBLEM_DRAINING,
                           "The daemon takes no new work; send the request to another one.");
        return false;
    }
    if (worker_pool_is_full(service->pool)) {
        exchange_fail_with(exchange, PROBLEM_QUEUE_FULL,
                           "%lld requests are waiting already; try again later.",
                           (long long)service->options->queue_limit);
        return false;
    }
    return true;
}

bool simulate_begin(struct exchange *exchange)
{
    const struct options *options = exchange->service->options;
    struct simulate *simulate = calloc(1, sizeof *simulate);
    if (!simulate) {
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
        return false;
    }
    simulation_init(&simulate->simulation);
    simulation_init(&simulate->query);
    exchange->state = simulate;
    if (!check_media(exchange) || !check_load(exchange) || !simulate_read_query(exchange))
        return false;
    struct decode_limits limits = {(size_t)options->max_particles, claim_columns, unclaim_columns,
                                   exchange};
    simulate->decoder = simulate->body_codec->decoder_create(&limits, &simulate->simulation);
    if (!simulate->decoder)
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
    return simulate->decoder != NULL;
}

static void fail_decoding(struct exchange *exchange)
{
    static const enum problem_kind kinds[] = {
        [-DECODE_SYNTAX] = PROBLEM_MALFORMED,       [-DECODE_MEANING] = PROBLEM_INVALID,
        [-DECODE_TOO_MANY] = PROBLEM_TOO_MANY,      [-DECODE_NO_MEMORY] = PROBLEM_MEMORY,
        [-DECODE_TOO_LARGE] = PROBLEM_MEMORY_LIMIT,
    };
    struct simulate *simulate = exchange->state;
    const struct decode_error *error = decoder_error(simulate->decoder);
    struct problem problem;
    problem_set(&problem, kinds[-error->status], "%s", error->detail);
    if (error->status == DECODE_SYNTAX) {
        problem.has_position = true;
        problem.line = error->line;
        problem.column = error->column;
        problem.byte = error->byte;
    } else if (error->status == DECODE_MEANING) {
        problem_set_pointer(&problem, error->pointer);
    }
    /* Found half-way, at a limit: the client has not stopped sending, so part from it. */
    if (error->status != DECODE_SYNTAX && error->status != DECODE_MEANING)
        exchange->close = true;
    exchange_fail(exchange, &problem);
}

void simulate_receive(struct exchange *exchange, const char *bytes, size_t size)
{
    struct simulate *simulate = exchange->state;
    int64_t begun = clock_now_ns();
    enum decode_status status = decoder_feed(simulate->decoder, bytes, size);
    exchange->timing.ns[TIMING_PARSE] += clock_now_ns() - begun;
    if (status != DECODE_OK)
        fail_decoding(exchange);
}

static bool is_given(const struct simulate *simulate, enum simulation_option option)
{
    return simulation_has(&simulate->query, option) ||
           simulation_has(&simulate->simulation, option);
}

/* Fails with a fault of an option, wherever that was given; of a default, with the particles. */
static void fail_option(struct exchange *exchange, enum problem_kind kind,
                        enum simulation_option option, const char *detail)
{
    const struct simulate *simulate = exchange->state;
    if (!is_given(simulate, option) && option == OPTION_DT && is_given(simulate, OPTION_TIMESTEP))
        option = OPTION_TIMESTEP; /* they make the steps together */
    const char *name = simulation_option_name(option);
    struct problem problem;
    problem_set(&problem, kind, "%s", detail);
    if (simulation_has(&simulate->query, option)) {
        problem_set_parameter(&problem, name);
    } else if (is_given(simulate, option)) {
        char pointer[32];
        snprintf(pointer, sizeof pointer, "/%s", name);
        problem_set_pointer(&problem, pointer);
    } else {
        problem_set_pointer(&problem, "/particles");
    }
    exchange_fail(exchange, &problem);
}

/* Moves the options of the query into the simulation. */
static bool merge_query(struct exchange *exchange)
{
    struct simulate *simulate = exchange->state;
    struct simulation *into = &simulate->simulation;
    const struct simulation *from = &simulate->query;
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        enum simulation_option option = (enum simulation_option)i;
        if (simulation_has(into, option) && simulation_has(from, option)) {
            char detail[128];
            snprintf(detail, sizeof detail,
                     "%s is given in the query and in the body; give it once.",
                     simulation_option_name(option));
            fail_option(exchange, PROBLEM_INVALID, option, detail);
            return false;
        }
    }
    into->dt = from->has_dt ? from->dt : into->dt;
    into->timestep = from->has_timestep ? from->timestep : into->timestep;
    into->method = from->has_method ? from->method : into->method;
    into->frames = from->has_frames ? from->frames : into->frames;
    return true;
}

/* The rules over the whole request. */
static bool check_request(struct exchange *exchange)
{
    struct simulate *simulate = exchange->state;
    const struct simulation *simulation = &simulate->simulation;
    const struct options *options = exchange->service->options;
    char detail[256];
    enum simulation_option option;
    if (!simulation_check(simulation, &option, detail, sizeof detail)) {
        fail_option(exchange, PROBLEM_INVALID, option, detail);
        return false;
    }
    if (simulation->frames > 1) {
        fail_option(exchange, PROBLEM_UNAVAILABLE, OPTION_FRAMES,
                    "This version computes the last frame only; leave frames out or give 1.");
        return false;
    }
    simulate->steps = evolve_steps(simulation->dt, simulation->timestep);
    int64_t work =
        evolve_particle_steps(simulation->method, simulation->particles.count, simulate->steps);
    if (simulation->method->stepping && work > options->max_particle_steps) {
        snprintf(detail, sizeof detail,
                 "%zu particles times %lld steps is more than the %lld particle-steps that %s may "
                 "take here; use closed_form, a smaller dt or a larger timestep.",
                 simulation->particles.count, (long long)simulate->steps,
                 (long long)options->max_particle_steps, simulation->method->name);
        fail_option(exchange, PROBLEM_TOO_MUCH_WORK, OPTION_DT, detail);
        return false;
    }
    return true;
}

/* What the worker will take, roughly. */
static double predicted_ns(const struct simulate *simulate)
{
    const struct simulation *simulation = &simulate->simulation;
    size_t count = simulation->particles.count;
    double write_ns = simulate->answer_codec->encoder->lies ? 0 : ENCODE_NS * (double)count;
    return evolve_cost_ns(simulation->method, count, simulate->steps) + write_ns;
}

void simulate_handle(struct exchange *exchange)
{
    struct simulate *simulate = exchange->state;
    int64_t begun = clock_now_ns();
    enum decode_status status = decoder_finish(simulate->decoder);
    exchange->timing.ns[TIMING_PARSE] += clock_now_ns() - begun;
    if (status != DECODE_OK)
        fail_decoding(exchange);
    else if (merge_query(exchange) && check_request(exchange)) {
        exchange->task.brief = predicted_ns(simulate) < BRIEF_NS;
        exchange_submit(exchange);
    }
}
