#include "endpoints/simulate/frames.h"

#include <stdlib.h>

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

/* Stepping methods continue from the last frame; the others compute every frame from the start. */
static bool continues(const struct simulate *simulate)
{
    return simulate->body.simulation.method->stepping;
}

bool simulate_frames_begin(struct simulate_frames *frames, struct request *request)
{
    const struct simulate *simulate = request->state;
    const struct simulation *simulation = &simulate->body.simulation;
    const struct particle_set *set = &simulation->particles;
    /* Particles that are valid at the end of the run are valid at every earlier time. */
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
    *frames = (struct simulate_frames){.request = request, .current = *set, .threads = 1};
    if (!simulate_check_domain(request, &whole))
        return false;
    if (continues(simulate))
        return true;
    size_t column_bytes = particle_set_bytes(set->count) / 3;
    size_t bytes = 2 * column_bytes;
    if (!request_reserve(request, bytes)) {
        request_fail_reservation(request, bytes, "The frames");
        return false;
    }
    frames->reserved = bytes;
    frames->current.x = aligned_alloc(PARTICLE_SET_ALIGNMENT, column_bytes);
    frames->current.y = aligned_alloc(PARTICLE_SET_ALIGNMENT, column_bytes);
    if (frames->current.x && frames->current.y)
        return true;
    simulate_frames_end(frames);
    request_fail_memory(request);
    return false;
}

bool simulate_frames_next(struct simulate_frames *frames)
{
    const struct simulate *simulate = frames->request->state;
    const struct simulation *simulation = &simulate->body.simulation;
    if (frames->next == simulate_frame_count(simulate))
        return false;
    struct simulate_frame frame = simulate_frame_at(simulate, frames->next);
    bool from_last = continues(simulate);
    const struct particle_set *from = from_last ? &frames->current : &simulation->particles;
    const struct evolve_run run = {
        .x = from->x,
        .y = from->y,
        .ang_vel = from->ang_vel,
        .x_out = frames->current.x,
        .y_out = frames->current.y,
        .count = from->count,
        .dt = frame.time,
        .timestep = simulation->timestep,
        .steps = from_last ? frame.step - frames->frame.step : frame.step,
    };
    if (!simulate_run(frames->request, &run, false, &frames->threads))
        return false;
    frames->frame = frame;
    frames->next++;
    bool last = frames->next == simulate_frame_count(simulate);
    /* A method that starts again for each frame counts the steps of the run once, at the end. */
    int64_t steps = from_last || last ? run.steps : 0;
    application_count(application_of(frames->request), simulation->method, run.count,
                      evolve_particle_steps(simulation->method, run.count, steps));
    return true;
}

void simulate_frames_end(struct simulate_frames *frames)
{
    if (!frames->reserved)
        return;
    free(frames->current.x);
    free(frames->current.y);
    request_unreserve(frames->request, frames->reserved);
    frames->reserved = 0;
}
