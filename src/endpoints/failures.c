#include "endpoints/failures.h"

#include <stdio.h>

#include "endpoints/application.h"
#include "endpoints/problems.h"
#include "http/respond.h"

void fail_parameter(struct request *request, const struct problem_type *type, const char *name,
                    const char *detail)
{
    struct problem problem;
    problem_set(&problem, type, "%s", detail);
    problem_set_parameter(&problem, name);
    request_fail(request, &problem);
}

void fail_member(struct request *request, const struct problem_type *type, const char *name,
                 const char *detail)
{
    char pointer[32];
    struct problem problem;
    snprintf(pointer, sizeof pointer, "/%s", name);
    problem_set(&problem, type, "%s", detail);
    problem_set_pointer(&problem, pointer);
    request_fail(request, &problem);
}

bool fail_if_draining(struct request *request)
{
    bool draining = application_is_draining(request);
    if (draining)
        request_fail_with(request, &problem_draining,
                          "The daemon takes no new work; send the request to another one.");
    return draining;
}

void problem_set_particle(struct problem *problem, enum particle_shape shape, size_t index)
{
    char pointer[64];
    snprintf(pointer, sizeof pointer,
             shape == SHAPE_COLUMNS ? "/particles/x/%zu" : "/particles/%zu", index);
    problem_set_pointer(problem, pointer);
}
