#include "endpoints/simulate/respond_frames.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"
#include "codec/number/number.h"
#include "endpoints/simulate/document.h"
#include "endpoints/simulate/frames.h"
#include "http/job.h"
#include "http/response_stream.h"

/* Items that are written at a time. */
#define BLOCK_ITEMS ((size_t)1024)

/* Writes frames into the response stream of the request. */
struct frame_writer {
    struct request *request;
    struct simulate_frames frames;
    char *block;
    size_t block_bytes;
};

/* --- one frame ------------------------------------------------------------------------------ */

static bool is_lines(const struct simulate *simulate)
{
    return simulate->representation == REPRESENTATION_LINES;
}

static char *put(char *out, const char *text)
{
    return stpcpy(out, text);
}

static char *put_frame_head(char *out, const struct frame_writer *writer)
{
    const struct simulate *simulate = writer->request->state;
    const struct simulate_frames *frames = &writer->frames;
    if (!is_lines(simulate))
        out = put(out, frames->next == 1 ? "{\"frames\":[" : ",");
    out = put(out, "{\"step\":");
    out = decimal_integer(out, (uint64_t)frames->frame.step, 1);
    out = put(out, ",\"time\":");
    out = number_format(out, frames->frame.time);
    return put(out, ",\"particles\":");
}

static char *write_items(const struct frame_writer *writer, char *out, size_t begin, size_t end)
{
    const struct simulate *simulate = writer->request->state;
    const struct encoder *encoder = simulate->codec->encoder;
    const struct particle_set *set = &writer->frames.current;
    if (encoder->write_frame)
        return encoder->write_frame(out, set, writer->frames.next, begin, end);
    if (begin == 0)
        out = put_frame_head(out, writer);
    out = encoder->write(out, set, simulate->body.simulation.shape, begin, end);
    if (end == encoder->items(set, simulate->body.simulation.shape))
        out = put(out, is_lines(simulate) ? "}\n" : "}");
    return out;
}

static size_t frame_items(const struct simulate *simulate, const struct particle_set *set)
{
    const struct encoder *encoder = simulate->codec->encoder;
    return encoder->write_frame ? set->count : encoder->items(set, simulate->body.simulation.shape);
}

/* Sends the current frame. False when the work must end. */
static bool send_frame(struct frame_writer *writer)
{
    struct request *request = writer->request;
    size_t items = frame_items(request->state, &writer->frames.current);
    for (size_t begin = 0; begin < items; begin += BLOCK_ITEMS) {
        size_t end = begin + BLOCK_ITEMS < items ? begin + BLOCK_ITEMS : items;
        int64_t start_ns = clock_now_ns();
        char *at = write_items(writer, writer->block, begin, end);
        request->timing.ns[PHASE_SERIALIZE] += clock_now_ns() - start_ns;
        if (!response_stream_write(request, writer->block, (size_t)(at - writer->block)))
            return false;
    }
    return true;
}

/* --- all frames ----------------------------------------------------------------------------- */

static bool send_head(struct frame_writer *writer)
{
    const struct simulate *simulate = writer->request->state;
    const struct encoder *encoder = simulate->codec->encoder;
    if (!encoder->write_frames_head)
        return true;
    size_t size = encoder->write_frames_head(writer->block, writer->frames.current.count,
                                             simulate_frame_count(simulate));
    return response_stream_write(writer->request, writer->block, size);
}

/* Sends the end of a document; in lines it is the last line. */
static bool send_tail(struct frame_writer *writer)
{
    struct request *request = writer->request;
    const struct simulate *simulate = request->state;
    if (!simulate->codec->is_document)
        return true;
    struct simulate_result result = {evolve_particle_steps(simulate->body.simulation.method,
                                                           writer->frames.current.count,
                                                           simulate->steps),
                                     writer->frames.threads};
    struct simulate_metadata metadata = simulate_metadata(simulate, &result);
    char *begin = writer->block;
    char *end = document_end(put(begin, "]"), &metadata, &request->timing,
                             clock_now_ns() - request->started_ns);
    if (is_lines(simulate)) /* replaces "]," by "{" */
        *++begin = '{';
    return response_stream_write(request, begin, (size_t)(end - begin));
}

static bool send_all(struct frame_writer *writer)
{
    const struct simulate *simulate = writer->request->state;
    size_t count = simulate_frame_count(simulate);
    if (!send_head(writer))
        return false;
    while (simulate_frames_next(&writer->frames))
        if (!send_frame(writer))
            return false;
    return writer->frames.next == count && send_tail(writer);
}

static void add_headers(struct request *request)
{
    const struct simulate *simulate = request->state;
    const struct method *method = simulate->body.simulation.method;
    if (!simulate->codec->is_document)
        document_add_headers(request, method->polygon ? simulate->steps : 0, method);
}

static const char *media_type(const struct simulate *simulate)
{
    return is_lines(simulate) ? LINES_TYPE : simulate->codec->media_type;
}

static void run(struct frame_writer *writer)
{
    struct request *request = writer->request;
    if (!request_reserve(request, writer->block_bytes)) {
        request_fail_reservation(request, writer->block_bytes, "The response");
        return;
    }
    writer->block = malloc(writer->block_bytes);
    if (!writer->block) {
        request_fail_memory(request);
        return;
    }
    add_headers(request);
    if (response_stream_open(request, media_type(request->state)) && send_all(writer))
        response_stream_complete(request);
    free(writer->block);
}

void simulate_respond_frames(struct request *request)
{
    const struct simulate *simulate = request->state;
    const struct encoder *encoder = simulate->codec->encoder;
    size_t item = encoder->write_frame ? encoder->frame_item_bytes
                                       : encoder->item_bytes(simulate->body.simulation.shape);
    struct frame_writer writer = {
        .request = request,
        .block_bytes = DOCUMENT_BYTES_MAX + ENCODE_FRAME + BLOCK_ITEMS * item,
    };
    if (!simulate_frames_begin(&writer.frames, request))
        return;
    run(&writer);
    simulate_frames_end(&writer.frames);
}
