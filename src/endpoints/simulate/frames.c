/* The frames of a run, one after the other. */
#include <stdlib.h>

#include "endpoints/simulate/respond_frames.h"
#include "endpoints/simulate/run.h"

__extension__ typedef __int128 wide;

size_t simulate_frame_count(const struct simulate *simulate)
{
    const struct simulation *simulation = &simulate->body.simulation;
    return simulation->time_count > 0 ? simulation->time_count : (size_t)simulation->frames;
}

struct simulate_frame simulate_frame_at(const struct simulate *simulate, size_t index)
{
    const struct simulation *simulation = &simulate->body.simulation;
    size_t count = simulate_frame_count(simulate), number = index + 1;
    bool listed = simulation->time_count > 0;
    if (!simulation->method->polygon) {
        double time = listed            ? simulation->times[index]
                      : number == count ? simulation->dt
                                        : simulation->dt * (double)number / (double)count;
        return (struct simulate_frame){0, time};
    }
    int64_t step = listed ? evolve_steps(simulation->times[index], simulation->timestep)
                          : (int64_t)((wide)simulate->steps * (wide)number / (wide)count);
    return (struct simulate_frame){step, (double)step * simulation->timestep};
}

/* The methods that jump start from the beginning each time, the others go on from the last frame.
 */
static bool goes_on(const struct simulate *simulate)
{
    return simulate->body.simulation.method->stepping;
}

bool simulate_film_begin(struct simulate_film *film, struct exchange *exchange)
{
    const struct simulate *simulate = exchange->state;
    const struct simulation *simulation = &simulate->body.simulation;
    const struct particle_set *set = &simulation->particles;
    /* What the end allows, every moment before does. */
    const struct evolve_run whole = {
        set->x,
        set->y,
        set->ang_vel,
        NULL,
        NULL,
        set->count,
        simulation->dt,
        simulation->timestep,
        simulate->steps,
    };
    *film = (struct simulate_film){.exchange = exchange, .here = *set, .threads = 1};
    if (!simulate_check_domain(exchange, &whole))
        return false;
    if (goes_on(simulate))
        return true;
    size_t bytes = particle_set_bytes(set->count) / 3; /* of a column */
    if (!exchange_claim(exchange, 2 * bytes)) {
        exchange_fail_claim(exchange, 2 * bytes, "The frames");
        return false;
    }
    film->claimed = 2 * bytes;
    film->here.x = aligned_alloc(PARTICLE_SET_ALIGNMENT, bytes);
    film->here.y = aligned_alloc(PARTICLE_SET_ALIGNMENT, bytes);
    if (film->here.x && film->here.y)
        return true;
    simulate_film_end(film);
    exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
    return false;
}

bool simulate_film_next(struct simulate_film *film)
{
    const struct simulate *simulate = film->exchange->state;
    const struct simulation *simulation = &simulate->body.simulation;
    if (film->next == simulate_frame_count(simulate))
        return false;
    struct simulate_frame frame = simulate_frame_at(simulate, film->next);
    bool on = goes_on(simulate);
    const struct particle_set *from = on ? &film->here : &simulation->particles;
    const struct evolve_run run = {
        .x = from->x,
        .y = from->y,
        .ang_vel = from->ang_vel,
        .x_out = film->here.x,
        .y_out = film->here.y,
        .count = from->count,
        .dt = frame.time,
        .timestep = simulation->timestep,
        .steps = on ? frame.step - film->frame.step : frame.step,
    };
    if (!simulate_run(film->exchange, &run, false, &film->threads))
        return false;
    film->frame = frame;
    film->next++;
    bool last = film->next == simulate_frame_count(simulate);
    int64_t steps = on || last ? run.steps : 0; /* a jump takes all of them at once */
    simulate_count(film->exchange, run.count,
                   evolve_particle_steps(simulation->method, run.count, steps));
    return true;
}

void simulate_film_end(struct simulate_film *film)
{
    if (!film->claimed)
        return;
    free(film->here.x);
    free(film->here.y);
    exchange_unclaim(film->exchange, film->claimed);
    film->claimed = 0;
}
