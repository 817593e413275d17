/* POST /simulate: writes the response in the way that suits its size and format. */
#include "endpoints/simulate/respond.h"

#include <stdlib.h>

#include "base/clock.h"
#include "endpoints/simulate/document.h"
#include "endpoints/simulate/respond_chunked.h"
#include "endpoints/simulate/respond_compressed.h"

/* Responses whose particles take fewer bytes are not compressed, unless the client refuses
 * identity. */
#define COMPRESSED_MIN 1024

/* A text that may have more bytes is written while it is sent. */
#define WHOLE_MAX ((size_t)1 << 20)

static void release_columns(void *owner)
{
    particle_set_fini(owner);
    free(owner);
}

/* Responds with a head and the columns, which are not copied. */
static bool respond_columns(struct request *request)
{
    struct simulate *simulate = request->state;
    struct particle_set *set = &simulate->body.simulation.particles;
    struct iovec_body *body = iovec_body_create(4);
    struct particle_set *owner = malloc(sizeof *owner);
    char *head = malloc(ENCODE_HEAD_MAX);
    if (!body || !owner || !head) {
        free(head);
        free(owner);
        iovec_body_destroy(body);
        request_fail_memory(request);
        return false;
    }
    size_t bytes = set->count * sizeof(double);
    body->part[0] =
        (struct iovec_part){head, simulate->codec->encoder->write_head(head, set), head};
    body->part[1] = (struct iovec_part){set->x, bytes, NULL};
    body->part[2] = (struct iovec_part){set->y, bytes, NULL};
    body->part[3] = (struct iovec_part){set->ang_vel, bytes, NULL};
    *owner = *set;
    body->owner = owner;
    body->release = release_columns;
    particle_set_init(set);
    request_respond_iovec(request, MHD_HTTP_OK, simulate->codec->media_type, body);
    return true;
}

/* Responds with a text of up to `bound` bytes in one buffer. */
static bool respond_whole(struct request *request, size_t bound,
                          const struct simulate_metadata *metadata)
{
    struct simulate *simulate = request->state;
    const struct simulation *simulation = &simulate->body.simulation;
    const struct encoder *encoder = simulate->codec->encoder;
    int64_t start_ns = clock_now_ns();
    size_t capacity = bound + DOCUMENT_BYTES_MAX;
    if (!request_reserve(request, capacity)) {
        request_fail_reservation(request, capacity, "The response");
        return false;
    }
    char *body = malloc(capacity), *end = body;
    if (!body) {
        request_fail_memory(request);
        return false;
    }
    if (simulate->codec->is_document)
        end = document_begin(end);
    end = encoder->write(end, &simulation->particles, simulation->shape, 0,
                         encoder->items(&simulation->particles, simulation->shape));
    int64_t now = clock_now_ns();
    request->timing.ns[PHASE_SERIALIZE] = now - start_ns;
    if (simulate->codec->is_document)
        end = document_end(end, metadata, &request->timing, now - request->started_ns);
    request_respond(request, MHD_HTTP_OK, simulate->codec->media_type, body, (size_t)(end - body));
    return true;
}

static bool respond_compressed(struct request *request, const struct simulate_result *result)
{
    const struct simulate *simulate = request->state;
    const char *type = simulate->codec->media_type, *coding = simulate->coding->name;
    struct iovec_body *body = simulate_compress(request, result);
    if (!body)
        return false;
    request_respond_iovec(request, MHD_HTTP_OK, type, body);
    request_add_header(request, MHD_HTTP_HEADER_CONTENT_ENCODING, coding);
    return true;
}

void simulate_respond(struct request *request, const struct simulate_result *result)
{
    const struct simulate *simulate = request->state;
    const struct simulation *simulation = &simulate->body.simulation;
    const struct encoder *encoder = simulate->codec->encoder;
    struct simulate_metadata metadata = simulate_metadata(simulate, result);
    bool is_document = simulate->codec->is_document; /* a failure frees the state */
    size_t bound = encoder->write_head
                       ? ENCODE_HEAD_MAX + simulation->particles.count * PARTICLE_BYTES
                       : encode_bound(encoder, simulation->shape,
                                      encoder->items(&simulation->particles, simulation->shape));
    bool compress = simulate->coding && (simulate->identity_refused || bound >= COMPRESSED_MIN);
    bool responded = compress              ? respond_compressed(request, result)
                     : encoder->write_head ? respond_columns(request)
                     : bound > WHOLE_MAX   ? simulate_respond_chunked(request, result)
                                           : respond_whole(request, bound, &metadata);
    if (responded && !is_document)
        document_add_headers(request, metadata.steps, metadata.method);
}
