#include "endpoints/simulate/handler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "endpoints/failures.h"
#include "endpoints/simulate/query.h"
#include "endpoints/simulate/respond.h"
#include "endpoints/simulate/respond_frames.h"
#include "endpoints/simulate/respond_svg.h"
#include "endpoints/simulate/run.h"
#include "http/job.h"
#include "http/message/headers.h"
#include "http/message/negotiation.h"

/* Requests predicted to take less are queued as brief. */
#define BRIEF_NS 1e6

/* About how long gzip, the slowest compression, takes for a particle. */
#define COMPRESSION_NS 350

void simulate_release(struct request *request)
{
    struct simulate *simulate = request->state;
    particle_body_fini(&simulate->body, request);
    simulation_fini(&simulate->query);
    free(simulate);
}

/* Chooses the format of the response from Accept: that of a codec, lines, or SVG. */
static bool choose_representation(struct request *request)
{
    struct simulate *simulate = request->state;
    size_t count;
    const struct codec *codecs = codec_table(&count);
    const char *types[CODECS_MAX + 2];
    for (size_t i = 0; i < count; i++)
        types[i] = codecs[i].media_type;
    types[count] = LINES_TYPE;
    types[count + 1] = SVG_TYPE;
    char *accept = headers_list(request->mhd, MHD_HTTP_HEADER_ACCEPT);
    int chosen = negotiate_media_type(accept, types, count + 2);
    free(accept);
    if (chosen < 0) {
        request_fail_with(request, &problem_not_acceptable,
                          "The response is available as " CODEC_TYPES ", " LINES_TYPE ", " SVG_TYPE
                          "; accept one of them.");
        return false;
    }
    size_t index = (size_t)chosen;
    simulate->representation = index < count    ? REPRESENTATION_CODEC
                               : index == count ? REPRESENTATION_LINES
                                                : REPRESENTATION_SVG;
    simulate->codec = &codecs[index < count ? index : 0]; /* the first is JSON */
    return true;
}

/* Chooses the compression of the response from Accept-Encoding. */
static bool choose_coding(struct request *request)
{
    struct simulate *simulate = request->state;
    size_t count;
    const struct compression *table = compression_table(&count);
    const char *names[COMPRESSIONS_MAX];
    for (size_t i = 0; i < count; i++)
        names[i] = table[i].name;
    char *accept = headers_list(request->mhd, MHD_HTTP_HEADER_ACCEPT_ENCODING);
    /* A browser always accepts codings, and its scripts cannot change that: with no-transform they
     * can ask for a response that is not compressed. */
    const char *control = request_header(request, MHD_HTTP_HEADER_CACHE_CONTROL);
    bool identity_only = control && strcasestr(control, "no-transform");
    int chosen = negotiate_coding(accept, names, identity_only ? 0 : count);
    simulate->identity_refused = negotiate_coding(accept, NULL, 0) == CODING_NONE_ACCEPTABLE;
    free(accept);
    if (chosen == CODING_NONE_ACCEPTABLE) {
        request_fail_with(request, &problem_not_acceptable,
                          "The response is available without compression and in these encodings: "
                          "%s; accept one of them.",
                          compression_names());
        return false;
    }
    simulate->coding = chosen >= 0 ? &table[chosen] : NULL;
    return true;
}

/* Fails early, before the body is received. */
static bool check_load(struct request *request)
{
    if (fail_if_draining(request))
        return false;
    if (worker_pool_is_full(request->service->pool)) {
        job_fail_queue_full(request);
        return false;
    }
    return true;
}

bool simulate_begin(struct request *request)
{
    struct simulate *simulate = calloc(1, sizeof *simulate);
    if (!simulate) {
        request_fail_memory(request);
        return false;
    }
    simulation_init(&simulate->query);
    request->state = simulate;
    return particle_body_init(&simulate->body, request) && choose_representation(request) &&
           choose_coding(request) && check_load(request) && simulate_read_query(request);
}

size_t simulate_receive(struct request *request, const char *bytes, size_t size)
{
    struct simulate *simulate = request->state;
    return particle_body_receive(&simulate->body, request, bytes, size);
}

static bool is_given(const struct simulate *simulate, enum simulation_option option)
{
    return simulation_has(&simulate->query, option) ||
           simulation_has(&simulate->body.simulation, option);
}

/* Fails with an error in an option: names its query parameter or its member of the body. For a
 * default value, names the particles. */
static void fail_option(struct request *request, const struct problem_type *type,
                        enum simulation_option option, const char *detail)
{
    const struct simulate *simulate = request->state;
    /* Both give the number of steps. */
    if (!is_given(simulate, option) && option == OPTION_DT && is_given(simulate, OPTION_TIMESTEP))
        option = OPTION_TIMESTEP;
    const char *name = simulation_option_name(option);
    if (simulation_has(&simulate->query, option))
        fail_parameter(request, type, name, detail);
    else
        fail_member(request, type, is_given(simulate, option) ? name : "particles", detail);
}

/* Moves the options of the query into the simulation. False when it has failed the request. */
static bool merge_query(struct request *request)
{
    struct simulate *simulate = request->state;
    struct simulation *into = &simulate->body.simulation;
    const struct simulation *from = &simulate->query;
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        enum simulation_option option = (enum simulation_option)i;
        if (simulation_has(into, option) && simulation_has(from, option)) {
            char detail[128];
            snprintf(detail, sizeof detail,
                     "%s is given in the query and in the body; give it once.",
                     simulation_option_name(option));
            fail_option(request, &problem_invalid, option, detail);
            return false;
        }
    }
    into->dt = from->has_dt ? from->dt : into->dt;
    into->timestep = from->has_timestep ? from->timestep : into->timestep;
    into->method = from->has_method ? from->method : into->method;
    into->frames = from->has_frames ? from->frames : into->frames;
    into->has_dt |= from->has_dt;
    into->has_timestep |= from->has_timestep;
    into->has_method |= from->has_method;
    into->has_frames |= from->has_frames;
    if (from->times) { /* moves the list; query.time_count still shows that the query had one */
        into->times = from->times;
        into->time_count = from->time_count;
        simulate->query.times = NULL;
    }
    return true;
}

/* Checks the rules for the whole request. False when it has failed the request. */
static bool check_request(struct request *request)
{
    struct simulate *simulate = request->state;
    struct simulation *simulation = &simulate->body.simulation;
    const struct limits *limits = &application_of(request)->limits;
    char detail[256];
    enum simulation_option option;
    if (!simulation_check(simulation, &option, detail, sizeof detail)) {
        fail_option(request, &problem_invalid, option, detail);
        return false;
    }
    if (simulate_has_frames(simulate) && simulate->identity_refused) {
        request_fail_with(request, &problem_not_acceptable,
                          "Frames are sent while they are computed, and not compressed; accept the "
                          "encoding identity.");
        return false;
    }
    simulate->steps = evolve_steps(simulation->dt, simulation->timestep);
    int64_t work =
        evolve_particle_steps(simulation->method, simulation->particles.count, simulate->steps);
    if (simulation->method->stepping && work > limits->max_particle_steps) {
        snprintf(detail, sizeof detail,
                 "%zu particles times %lld steps is more than the %lld particle-steps that %s may "
                 "take here; use closed_form, a smaller dt or a larger timestep.",
                 simulation->particles.count, (long long)simulate->steps,
                 (long long)limits->max_particle_steps, simulation->method->name);
        fail_option(request, &problem_too_much_work,
                    simulation->time_count > 0 ? OPTION_TIMES : OPTION_DT, detail);
        return false;
    }
    return true;
}

/* About how long computing and writing will take. */
static double predicted_ns(const struct simulate *simulate)
{
    const struct simulation *simulation = &simulate->body.simulation;
    size_t count = simulation->particles.count;
    double writing_ns = simulate->codec->encode_ns + (simulate->coding ? COMPRESSION_NS : 0);
    return evolve_cost_ns(simulation->method, count, simulate->steps) + writing_ns * (double)count;
}

/* True when handing the request to a worker would cost more than the work itself. The work is
 * estimated for the slowest particles, because other requests of this thread wait meanwhile. */
static bool is_tiny(const struct request *request)
{
    const struct simulate *simulate = request->state;
    const struct simulation *simulation = &simulate->body.simulation;
    size_t count = simulation->particles.count;
    double limit_ns = application_of(request)->limits.inline_below_ns;
    return !simulation->method->stepping && !simulate->coding && !simulate_has_frames(simulate) &&
           evolve_worst_ns(simulation->method, count) + simulate->codec->encode_ns * (double)count <
               limit_ns;
}

void simulate_handle(struct request *request)
{
    struct simulate *simulate = request->state;
    if (!particle_body_finish(&simulate->body, request) || !merge_query(request) ||
        !check_request(request))
        return;
    if (is_tiny(request)) {
        job_run_inline(request);
    } else {
        request->task.brief = !simulate_has_frames(simulate) && predicted_ns(simulate) < BRIEF_NS;
        job_submit(request);
    }
}

/* --- on a worker, or inline on the I/O thread ----------------------------------------------- */

static void run_without_frames(struct request *request)
{
    struct simulate *simulate = request->state;
    const struct simulation *simulation = &simulate->body.simulation;
    const struct particle_set *set = &simulation->particles;
    const struct evolve_run run = {
        set->x,     set->y,         set->ang_vel,         set->x,          set->y,
        set->count, simulation->dt, simulation->timestep, simulate->steps,
    };
    struct simulate_result result = {0, 1};
    if (!simulate_run(request, &run, true, &result.threads))
        return; /* failed; or cancelled: then job.c sets the response */
    result.particle_steps = evolve_particle_steps(simulation->method, set->count, simulate->steps);
    application_count(application_of(request), simulation->method, set->count,
                      result.particle_steps);
    simulate_respond(request, &result);
}

void simulate_work(struct request *request)
{
    const struct simulate *simulate = request->state;
    if (simulate->representation == REPRESENTATION_SVG)
        simulate_respond_svg(request);
    else if (simulate_has_frames(simulate))
        simulate_respond_frames(request);
    else
        run_without_frames(request);
}
