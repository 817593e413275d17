#include "codec/json/json_errors.h"

#include "base/string_builder.h"
#include "base/suggest.h"

const char *const json_root_names[ROOT_MEMBERS] = {"particles", "dt",     "timestep",
                                                   "method",    "frames", "times"};

/* Writes the position twice: as a JSON Pointer, and as in a program, such as particles[3].x. */
static void describe(const struct json_position *at, struct string_builder *pointer,
                     struct string_builder *name)
{
    const char *column = column_names[at->member < PARTICLE_COLUMNS ? at->member : 0];
    switch (at->context) {
    case CONTEXT_BODY:
        string_builder_add(name, "the body");
        break;
    case CONTEXT_ROOT:
        string_builder_addf(pointer, "/%s", json_root_names[at->root_member]);
        string_builder_add(name, json_root_names[at->root_member]);
        break;
    case CONTEXT_PARTICLES:
        string_builder_addf(pointer, "/particles/%zu", at->index);
        string_builder_addf(name, "particles[%zu]", at->index);
        break;
    case CONTEXT_PARTICLE_OBJECT:
        string_builder_addf(pointer, "/particles/%zu/%s", at->index, column);
        string_builder_addf(name, "particles[%zu].%s", at->index, column);
        break;
    case CONTEXT_PARTICLE_TRIPLE:
        string_builder_addf(pointer, "/particles/%zu/%u", at->index, at->member);
        string_builder_addf(name, "particles[%zu][%u]", at->index, at->member);
        break;
    case CONTEXT_COLUMNS:
        string_builder_addf(pointer, "/particles/%s", column);
        string_builder_addf(name, "particles.%s", column);
        break;
    case CONTEXT_COLUMN:
        string_builder_addf(pointer, "/particles/%s/%zu", column, at->index);
        string_builder_addf(name, "particles.%s[%zu]", column, at->index);
        break;
    case CONTEXT_TIMES:
        string_builder_addf(pointer, "/times/%u", at->member);
        string_builder_addf(name, "times[%u]", at->member);
        break;
    }
}

/* Sets status, pointer and the beginning of the detail; the caller may add to both texts. */
static void error_begin(struct decode_error *error, enum decode_status status,
                        const struct json_position *at, struct string_builder *pointer,
                        struct string_builder *detail)
{
    error->status = status;
    *pointer = string_builder_init(error->pointer, sizeof error->pointer);
    *detail = string_builder_init(error->detail, sizeof error->detail);
    describe(at, pointer, detail);
}

enum decode_status json_error_value(struct decode_error *error, const struct json_position *at,
                                    const char *sentence)
{
    struct string_builder pointer, detail;
    error_begin(error, DECODE_INVALID, at, &pointer, &detail);
    string_builder_addf(&detail, " %s", sentence);
    return DECODE_INVALID;
}

enum decode_status json_error_unknown_member(struct decode_error *error,
                                             const struct json_position *at, const char *name,
                                             size_t length, bool truncated,
                                             const char *const *known, size_t known_count)
{
    struct string_builder pointer, detail;
    error_begin(error, DECODE_INVALID, at, &pointer, &detail);
    string_builder_add_pointer_token(&pointer, name, length, truncated);
    string_builder_add(&detail, " has an unknown member ");
    string_builder_add_quoted(&detail, name, length, truncated);
    string_builder_addf(&detail, ": did you mean \"%s\"? Known are ",
                        known[suggestion_index(name, length, known, known_count)]);
    string_builder_add_list(&detail, known, known_count);
    return DECODE_INVALID;
}

enum decode_status json_error_option(struct decode_error *error, enum decode_status status,
                                     const struct json_position *at, const char *sentence)
{
    struct string_builder pointer, detail;
    error_begin(error, status, at, &pointer, &detail);
    detail = string_builder_init(error->detail, sizeof error->detail);
    string_builder_add(&detail, sentence);
    return status;
}

enum decode_status json_error_particles(struct decode_error *error, enum decode_status status,
                                        const char *sentence)
{
    const struct json_position particles = {.context = CONTEXT_ROOT, .root_member = ROOT_PARTICLES};
    struct string_builder pointer, detail;
    error_begin(error, status, &particles, &pointer, &detail);
    string_builder_addf(&detail, ": %s", sentence);
    return status;
}
