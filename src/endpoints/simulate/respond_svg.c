#include "endpoints/simulate/respond_svg.h"

#include <stdio.h>

#include "codec/svg.h"
#include "base/clock.h"
#include "endpoints/simulate/respond_frames.h"

static void put_title(char title[PICTURE_TITLE_BYTES], const struct simulate *simulate)
{
    const struct simulation *simulation = &simulate->body.simulation;
    if (simulation->method->polygon)
        snprintf(title, PICTURE_TITLE_BYTES, "%s: %lld step%s of %g, time %g",
                 simulation->method->name, (long long)simulate->steps,
                 simulate->steps == 1 ? "" : "s", simulation->timestep, simulation->dt);
    else
        snprintf(title, PICTURE_TITLE_BYTES, "%s: time %g", simulation->method->name,
                 simulation->dt);
}

/* Frame `index` of `count` that are shown, among all there are. */
static size_t shown_frame(size_t index, size_t count, size_t frames)
{
    return (index + 1) * frames / count - 1;
}

/* False when it has failed the exchange, or that was cancelled. */
static bool take_moments(struct picture *picture, struct simulate_film *film, size_t count)
{
    size_t frames = simulate_frame_count(film->exchange->state);
    for (size_t i = 0; i < count; i++) {
        film->next = shown_frame(i, count, frames);
        if (!simulate_film_next(film))
            return false;
        picture_add(picture, &film->here);
    }
    return true;
}

static void answer(struct exchange *exchange, const struct picture *picture)
{
    const struct simulate *simulate = exchange->state;
    char title[PICTURE_TITLE_BYTES];
    put_title(title, simulate);
    int64_t begun = clock_now_ns();
    size_t size = 0;
    char *text = picture_write(picture, title, simulate->animate, &size);
    exchange->timing.ns[TIMING_SERIALIZE] = clock_now_ns() - begun;
    exchange_answer(exchange, MHD_HTTP_OK, PICTURE_TYPE, text, size);
}

static void draw(struct exchange *exchange, struct simulate_film *film, size_t count)
{
    const struct simulate *simulate = exchange->state;
    size_t particles = simulate->body.simulation.particles.count;
    size_t bytes = picture_bytes(particles, count) + picture_text_bound(particles, count);
    struct picture picture;
    if (!exchange_claim(exchange, bytes)) {
        exchange_fail_claim(exchange, bytes, "The picture");
        return;
    }
    if (!picture_init(&picture, particles, count)) {
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
        return;
    }
    picture_add(&picture, &simulate->body.simulation.particles);
    if (take_moments(&picture, film, count))
        answer(exchange, &picture);
    picture_fini(&picture);
}

void simulate_picture(struct exchange *exchange)
{
    struct simulate *simulate = exchange->state;
    struct simulation *simulation = &simulate->body.simulation;
    if (!simulation->has_frames && simulation->time_count == 0)
        simulation->frames = (int64_t)PICTURE_POINTS_DEFAULT;
    size_t count = picture_moments(simulation->particles.count, simulate_frame_count(simulate));
    struct simulate_film film;
    if (!simulate_film_begin(&film, exchange))
        return;
    draw(exchange, &film, count);
    simulate_film_end(&film);
}
