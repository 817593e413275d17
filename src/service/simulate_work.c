/* POST /simulate on a worker: evolve the particles and write the answer. */
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/json_encoder.h"
#include "codec/number.h"
#include "runtime/clock.h"
#include "service/simulate.h"
#include "service/simulate_state.h"
#include "sim/domain.h"

/* A set whose predicted cost exceeds SPLIT_NS is split into pieces of about PIECE_NS: long
 * against the 10 us that waking a worker costs, short against what other requests may
 * wait. */
#define SPLIT_NS 500e3
#define PIECE_NS 250e3

/* Pieces start at a cache line of the columns. */
#define PIECE_ALIGNMENT 8

/* What the answer holds around the particles, at most. */
#define ENVELOPE_BYTES 1024

struct split {
    const struct method *method;
    const struct evolve_run *run;
    const struct evolve_control *control;
    size_t piece; /* particles */
    atomic_bool stopped;
};

static void evolve_piece(void *context, size_t index)
{
    struct split *split = context;
    if (atomic_load(&split->stopped))
        return;
    size_t begin = index * split->piece;
    struct evolve_run part = *split->run;
    size_t left = part.count - begin;
    part.count = left < split->piece ? left : split->piece;
    part.x += begin;
    part.y += begin;
    part.ang_vel += begin;
    part.x_out += begin;
    part.y_out += begin;
    if (!evolve(split->method, &part, split->control))
        atomic_store(&split->stopped, true);
}

/* Moves the particles; returns how many workers took part, or 0 when it was ended early. */
static unsigned evolve_all(struct exchange *exchange, const struct method *method,
                           const struct evolve_run *run)
{
    struct evolve_control control = {exchange_give_way, exchange};
    double cost = evolve_cost_ns(method, run->count, run->steps);
    if (cost < SPLIT_NS)
        return evolve(method, run, &control) ? 1 : 0;
    double pieces = cost / PIECE_NS;
    size_t piece = (size_t)((double)run->count / pieces) / PIECE_ALIGNMENT * PIECE_ALIGNMENT;
    struct split split = {method, run, &control, piece ? piece : PIECE_ALIGNMENT, false};
    size_t count = (run->count + split.piece - 1) / split.piece;
    unsigned threads = worker_pool_share(exchange->service->pool, count, evolve_piece, &split);
    return atomic_load(&split.stopped) ? 0 : threads;
}

static void fail_domain(struct exchange *exchange, enum domain_fault fault, size_t index)
{
    const struct simulate *simulate = exchange->state;
    struct problem problem;
    problem_set(&problem, PROBLEM_DOMAIN, "Particle %zu %s.", index, domain_fault_text(fault));
    /* In columns a particle has no one place; its x stands for it. */
    char pointer[64];
    snprintf(pointer, sizeof pointer,
             simulate->simulation.shape == SHAPE_COLUMNS ? "/particles/x/%zu" : "/particles/%zu",
             index);
    problem_set_pointer(&problem, pointer);
    exchange_fail(exchange, &problem);
}

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

static char *put_timing(char *out, const struct exchange *exchange, int64_t particle_steps,
                        unsigned threads)
{
    const int64_t *ns = exchange->timing.ns;
    out = put_text(out, ",\"timing\":{");
    for (int phase = 0; phase < TIMING_PHASES; phase++) {
        out = put_phase(out, timing_names[phase], ns[phase]);
        *out++ = ',';
    }
    out = put_phase(out, "total", clock_now_ns() - exchange->started_ns);
    out = put_integer(out, "particle_steps", particle_steps);
    int64_t evolve_ns = ns[TIMING_EVOLVE];
    double rate = evolve_ns > 0 ? (double)particle_steps / clock_seconds(evolve_ns) : 0;
    out = put_real(out, "particle_steps_per_s", round(rate));
    out = put_integer(out, "threads", threads);
    return put_text(out, "}");
}

static void answer_json(struct exchange *exchange, int64_t particle_steps, unsigned threads)
{
    struct simulate *simulate = exchange->state;
    const struct simulation *simulation = &simulate->simulation;
    int64_t begun = clock_now_ns();
    size_t bound = json_particles_bound(simulation->shape, simulation->particles.count);
    if (bound == 0 || !exchange_claim(exchange, bound + ENVELOPE_BYTES)) {
        exchange_fail_with(
            exchange, PROBLEM_MEMORY,
            "The answer does not fit into the memory that is left; try again later.");
        return;
    }
    /* Pages of the bound that are not written to never become memory. */
    char *body = malloc(bound + ENVELOPE_BYTES);
    if (!body) {
        exchange_answer(exchange, 0, NULL, NULL, 0);
        return;
    }
    char *out = put_text(body, "{\"particles\":");
    out = json_encode_particles(out, simulation->shape, &simulation->particles);
    out = put_real(out, "dt", simulation->dt);
    out = put_real(out, "timestep", simulation->timestep);
    out = put_integer(out, "steps", simulation->method->polygon ? simulate->steps : 0);
    out = put_text(out, ",\"method\":\"");
    out = put_text(out, simulation->method->name);
    out = put_text(out, "\"");
    exchange->timing.ns[TIMING_SERIALIZE] = clock_now_ns() - begun;
    out = put_timing(out, exchange, particle_steps, threads);
    out = put_text(out, "}\n");
    exchange_answer(exchange, MHD_HTTP_OK, "application/json", body, (size_t)(out - body));
}

void simulate_work(struct exchange *exchange)
{
    struct simulate *simulate = exchange->state;
    struct simulation *simulation = &simulate->simulation;
    struct particle_set *set = &simulation->particles;
    const struct method *method = simulation->method;
    struct evolve_run run = {set->x,         set->y,     set->ang_vel,   set->x,
                             set->y,         set->count, simulation->dt, simulation->timestep,
                             simulate->steps};
    int64_t begun = clock_now_ns();
    size_t index;
    enum domain_fault fault = domain_check(method, &run, &index);
    if (fault != DOMAIN_OK) {
        fail_domain(exchange, fault, index);
        return;
    }
    unsigned threads = evolve_all(exchange, method, &run);
    exchange->timing.ns[TIMING_EVOLVE] = clock_now_ns() - begun;
    if (threads == 0)
        return; /* cancelled; the answer is made from the reason */
    size_t particles = set->count;
    int64_t particle_steps = evolve_particle_steps(method, particles, simulate->steps);
    answer_json(exchange, particle_steps, threads); /* may free the set */

    struct metrics *metrics = &exchange->service->metrics;
    size_t count, row = 0;
    const struct method *const *methods = method_table(&count);
    while (row < count && methods[row] != method)
        row++;
    metrics_add(&metrics->particles[row], particles);
    metrics_add(&metrics->particle_steps[row], (uint64_t)particle_steps);
}
