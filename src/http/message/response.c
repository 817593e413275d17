#include "http/message/response.h"

#include <stdlib.h>
#include <string.h>

#include "http/request.h"

/* What libmicrohttpd asks a reader for at a time. */
#define BLOCK_BYTES ((size_t)32 << 10)

void response_free(struct response *response)
{
    if (response->owned)
        free((void *)(uintptr_t)response->body);
    iovec_body_destroy(response->iovec_body);
    if (response->reader.destroy)
        response->reader.destroy(response->reader.context);
    memset(response, 0, sizeof *response);
}

/* A reader on its way: the response has it. */
struct reading {
    struct body_source reader;
    struct request *request; /* not to be used by the end */
};

static ssize_t read_more(void *context, uint64_t position, char *out, size_t max)
{
    (void)position;
    struct reading *reading = context;
    ssize_t size = reading->reader.read(reading->reader.context, reading->request, out, max);
    if (size > 0)
        reading->request->response.size += (size_t)size;
    return size;
}

static void end_reading(void *context)
{
    struct reading *reading = context;
    if (reading->reader.destroy)
        reading->reader.destroy(reading->reader.context);
    free(reading);
}

static struct MHD_Response *build_source(struct request *request)
{
    struct reading *reading = malloc(sizeof *reading);
    if (!reading)
        return NULL;
    *reading = (struct reading){request->response.reader, request};
    struct MHD_Response *mhd_response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_more, reading, end_reading);
    if (!mhd_response)
        free(reading);
    /* To HEAD the library answers no chunk but the last one, in the way of the next answer. With
     * this flag there are no chunks, and the connection is closed. */
    else if (strcmp(request->method, MHD_HTTP_METHOD_HEAD) == 0)
        MHD_set_response_options(mhd_response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    return mhd_response;
}

static void destroy_iovec_body(void *iovec_body)
{
    iovec_body_destroy(iovec_body);
}

static struct MHD_Response *build_iovec(struct iovec_body *iovec_body)
{
    size_t count = iovec_body->count;
    struct MHD_IoVec *vector = malloc(count * sizeof *vector);
    if (!vector)
        return NULL;
    for (size_t i = 0; i < count; i++)
        vector[i] = (struct MHD_IoVec){iovec_body->part[i].bytes, iovec_body->part[i].size};
    struct MHD_Response *mhd_response =
        MHD_create_response_from_iovec(vector, (unsigned)count, destroy_iovec_body, iovec_body);
    free(vector);
    return mhd_response;
}

struct MHD_Response *response_build(struct request *request)
{
    struct response *response = &request->response;
    struct MHD_Response *mhd_response;
    if (response->reader.read)
        mhd_response = build_source(request);
    else if (response->iovec_body)
        mhd_response = build_iovec(response->iovec_body);
    else
        mhd_response = MHD_create_response_from_buffer(
            response->size, (void *)(uintptr_t)response->body,
            response->owned ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (mhd_response) {
        response->owned = false;
        response->iovec_body = NULL;
        response->reader = (struct body_source){NULL, NULL, NULL};
    }
    return mhd_response;
}
