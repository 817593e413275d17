#include "http/message/response.h"

#include <stdlib.h>
#include <string.h>

/* How much libmicrohttpd reads from a source at a time. */
#define BLOCK_BYTES ((size_t)32 << 10)

void response_free(struct response *response)
{
    if (response->owned)
        free((void *)(uintptr_t)response->body);
    iovec_body_destroy(response->iovec);
    if (response->source.destroy)
        response->source.destroy(response->source.context);
    memset(response, 0, sizeof *response);
}

/* A source that libmicrohttpd reads. */
struct reading {
    struct body_source source;
    struct response *response; /* gone when destroy is called */
};

static ssize_t read_source(void *context, uint64_t position, char *out, size_t max)
{
    (void)position;
    struct reading *reading = context;
    ssize_t size = reading->source.read(reading->source.context, out, max);
    if (size > 0)
        reading->response->size += (size_t)size;
    return size;
}

static void destroy_source(void *context)
{
    struct reading *reading = context;
    if (reading->source.destroy)
        reading->source.destroy(reading->source.context);
    free(reading);
}

static struct MHD_Response *build_from_source(struct response *response, bool to_head)
{
    struct reading *reading = malloc(sizeof *reading);
    if (!reading)
        return NULL;
    *reading = (struct reading){response->source, response};
    struct MHD_Response *built = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_source, reading, destroy_source);
    if (!built)
        free(reading);
    /* The library sends the last chunk to a HEAD, too, where the client expects the next response.
     * With this flag it sends no chunks, and closes the connection. */
    else if (to_head)
        MHD_set_response_options(built, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    return built;
}

static void destroy_iovec(void *body)
{
    iovec_body_destroy(body);
}

static struct MHD_Response *build_from_iovec(struct iovec_body *body)
{
    size_t count = body->count;
    struct MHD_IoVec *vector = malloc(count * sizeof *vector);
    if (!vector)
        return NULL;
    for (size_t i = 0; i < count; i++)
        vector[i] = (struct MHD_IoVec){body->part[i].bytes, body->part[i].size};
    struct MHD_Response *built =
        MHD_create_response_from_iovec(vector, (unsigned)count, destroy_iovec, body);
    free(vector);
    return built;
}

struct MHD_Response *response_build(struct response *response, bool to_head)
{
    struct MHD_Response *built;
    if (response->source.read)
        built = build_from_source(response, to_head);
    else if (response->iovec)
        built = build_from_iovec(response->iovec);
    else
        built = MHD_create_response_from_buffer(response->size, (void *)(uintptr_t)response->body,
                                                response->owned ? MHD_RESPMEM_MUST_FREE
                                                                : MHD_RESPMEM_PERSISTENT);
    if (built) {
        response->owned = false;
        response->iovec = NULL;
        response->source = (struct body_source){NULL, NULL, NULL};
    }
    return built;
}
