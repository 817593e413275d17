#include "http/message/response.h"

#include <stdlib.h>
#include <string.h>

#include "http/request.h"

/* What libmicrohttpd asks a reader for at a time. */
#define BLOCK_BYTES ((size_t)32 << 10)

void answer_drop(struct answer *answer)
{
    if (answer->owned)
        free((void *)(uintptr_t)answer->body);
    parts_destroy(answer->parts);
    if (answer->reader.destroy)
        answer->reader.destroy(answer->reader.context);
    memset(answer, 0, sizeof *answer);
}

/* A reader on its way: the response has it. */
struct reading {
    struct answer_reader reader;
    struct exchange *exchange; /* not to be used by the end */
};

static ssize_t read_more(void *context, uint64_t position, char *out, size_t max)
{
    (void)position;
    struct reading *reading = context;
    ssize_t size = reading->reader.read(reading->reader.context, reading->exchange, out, max);
    if (size > 0)
        reading->exchange->answer.size += (size_t)size;
    return size;
}

static void end_reading(void *context)
{
    struct reading *reading = context;
    if (reading->reader.destroy)
        reading->reader.destroy(reading->reader.context);
    free(reading);
}

static struct MHD_Response *make_reading(struct exchange *exchange)
{
    struct reading *reading = malloc(sizeof *reading);
    if (!reading)
        return NULL;
    *reading = (struct reading){exchange->answer.reader, exchange};
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_more, reading, end_reading);
    if (!response)
        free(reading);
    /* To HEAD the library answers no chunk but the last one, in the way of the next answer. With
     * this flag there are no chunks, and the connection is closed. */
    else if (strcmp(exchange->method, MHD_HTTP_METHOD_HEAD) == 0)
        MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    return response;
}

static void destroy_parts(void *parts)
{
    parts_destroy(parts);
}

static struct MHD_Response *make_parts(struct parts *parts)
{
    size_t count = parts->count;
    struct MHD_IoVec *vector = malloc(count * sizeof *vector);
    if (!vector)
        return NULL;
    for (size_t i = 0; i < count; i++)
        vector[i] = (struct MHD_IoVec){parts->part[i].bytes, parts->part[i].size};
    struct MHD_Response *response =
        MHD_create_response_from_iovec(vector, (unsigned)count, destroy_parts, parts);
    free(vector);
    return response;
}

struct MHD_Response *answer_response(struct exchange *exchange)
{
    struct answer *answer = &exchange->answer;
    struct MHD_Response *response;
    if (answer->reader.read)
        response = make_reading(exchange);
    else if (answer->parts)
        response = make_parts(answer->parts);
    else
        response = MHD_create_response_from_buffer(answer->size, (void *)(uintptr_t)answer->body,
                                                   answer->owned ? MHD_RESPMEM_MUST_FREE
                                                                 : MHD_RESPMEM_PERSISTENT);
    if (response) {
        answer->owned = false;
        answer->parts = NULL;
        answer->reader = (struct answer_reader){NULL, NULL, NULL};
    }
    return response;
}
