/* POST /simulate: the work itself. */
#include "endpoints/simulate/handler.h"
#include "endpoints/simulate/respond.h"
#include "endpoints/simulate/respond_frames.h"
#include "endpoints/simulate/respond_svg.h"
#include "endpoints/simulate/run.h"

static void work_on_one(struct request *request)
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
        return; /* failed, or cancelled: the answer is made from the reason */
    result.particle_steps = evolve_particle_steps(simulation->method, set->count, simulate->steps);
    simulate_count(request, set->count, result.particle_steps);
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
        work_on_one(request);
}
