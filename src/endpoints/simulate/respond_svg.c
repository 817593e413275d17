#include "endpoints/simulate/respond_svg.h"

#include <stdio.h>

#include "base/clock.h"
#include "codec/svg.h"
#include "endpoints/simulate/frames.h"

static void put_title(char title[SVG_TITLE_BYTES], const struct simulate *simulate)
{
    const struct simulation *simulation = &simulate->body.simulation;
    if (simulation->method->polygon)
        snprintf(title, SVG_TITLE_BYTES, "%s: %lld step%s of %g, time %g", simulation->method->name,
                 (long long)simulate->steps, simulate->steps == 1 ? "" : "s", simulation->timestep,
                 simulation->dt);
    else
        snprintf(title, SVG_TITLE_BYTES, "%s: time %g", simulation->method->name, simulation->dt);
}

/* The index, among all `frames`, of the one that is shown as number `index` of `count`. */
static size_t shown_frame(size_t index, size_t count, size_t frames)
{
    return (index + 1) * frames / count - 1;
}

/* Computes the frames that are shown. False when it has failed the request, or the request was
 * cancelled. */
static bool add_points(struct svg *svg, struct simulate_frames *frames, size_t count)
{
    size_t total = simulate_frame_count(frames->request->state);
    for (size_t i = 0; i < count; i++) {
        frames->next = shown_frame(i, count, total);
        if (!simulate_frames_next(frames))
            return false;
        svg_add(svg, &frames->current);
    }
    return true;
}

static void respond(struct request *request, const struct svg *svg)
{
    const struct simulate *simulate = request->state;
    char title[SVG_TITLE_BYTES];
    put_title(title, simulate);
    int64_t start_ns = clock_now_ns();
    size_t size = 0;
    char *text = svg_write(svg, title, simulate->animate, &size);
    request->timing.ns[PHASE_SERIALIZE] = clock_now_ns() - start_ns;
    request_respond(request, MHD_HTTP_OK, SVG_TYPE, text, size);
}

static void draw(struct request *request, struct simulate_frames *frames, size_t count)
{
    const struct simulate *simulate = request->state;
    size_t particles = simulate->body.simulation.particles.count;
    size_t bytes = svg_bytes(particles, count) + svg_text_bound(particles, count);
    struct svg svg;
    if (!request_reserve(request, bytes)) {
        request_fail_reservation(request, bytes, "The image");
        return;
    }
    if (!svg_init(&svg, particles, count)) {
        request_fail_memory(request);
        return;
    }
    svg_add(&svg, &simulate->body.simulation.particles);
    if (add_points(&svg, frames, count))
        respond(request, &svg);
    svg_fini(&svg);
}

void simulate_respond_svg(struct request *request)
{
    struct simulate *simulate = request->state;
    struct simulation *simulation = &simulate->body.simulation;
    if (!simulation->has_frames && simulation->time_count == 0)
        simulation->frames = (int64_t)SVG_POINTS_DEFAULT;
    size_t count = svg_points(simulation->particles.count, simulate_frame_count(simulate));
    struct simulate_frames frames;
    if (!simulate_frames_begin(&frames, request))
        return;
    draw(request, &frames, count);
    simulate_frames_end(&frames);
}
