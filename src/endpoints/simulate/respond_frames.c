#include "endpoints/simulate/respond_frames.h"

#include <stdlib.h>
#include <string.h>

#include "codec/number/number.h"
#include "base/clock.h"
#include "http/response_stream.h"
#include "endpoints/simulate/respond.h"

/* Items that are written at a time. */
#define BLOCK_ITEMS ((size_t)1024)

/* Writes frames into the stream of the exchange. */
struct projection {
    struct exchange *exchange;
    struct simulate_film film;
    char *block;
    size_t block_bytes;
};

/* --- one frame ------------------------------------------------------------------------------ */

static bool is_lines(const struct simulate *simulate)
{
    return simulate->form == FORM_LINES;
}

static char *put(char *out, const char *text)
{
    return stpcpy(out, text);
}

static char *put_frame_head(char *out, const struct projection *projection)
{
    const struct simulate *simulate = projection->exchange->state;
    const struct simulate_film *film = &projection->film;
    if (!is_lines(simulate))
        out = put(out, film->next == 1 ? "{\"frames\":[" : ",");
    out = put(out, "{\"step\":");
    out = timing_digits(out, (uint64_t)film->frame.step, 1);
    out = put(out, ",\"time\":");
    out = number_format(out, film->frame.time);
    return put(out, ",\"particles\":");
}

static char *write_items(const struct projection *projection, char *out, size_t begin, size_t end)
{
    const struct simulate *simulate = projection->exchange->state;
    const struct encoder *encoder = simulate->codec->encoder;
    const struct particle_set *set = &projection->film.here;
    if (encoder->write_frame)
        return encoder->write_frame(out, set, projection->film.next, begin, end);
    if (begin == 0)
        out = put_frame_head(out, projection);
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

/* Sends the frame that the film is at. False when the work is to end. */
static bool send_frame(struct projection *projection)
{
    struct exchange *exchange = projection->exchange;
    size_t items = frame_items(exchange->state, &projection->film.here);
    for (size_t begin = 0; begin < items; begin += BLOCK_ITEMS) {
        size_t end = begin + BLOCK_ITEMS < items ? begin + BLOCK_ITEMS : items;
        int64_t begun = clock_now_ns();
        char *at = write_items(projection, projection->block, begin, end);
        exchange->timing.ns[TIMING_SERIALIZE] += clock_now_ns() - begun;
        if (!exchange_stream_write(exchange, projection->block, (size_t)(at - projection->block)))
            return false;
    }
    return true;
}

/* --- all ------------------------------------------------------------------------------------ */

static bool send_head(struct projection *projection)
{
    const struct simulate *simulate = projection->exchange->state;
    const struct encoder *encoder = simulate->codec->encoder;
    if (!encoder->write_frames_head)
        return true;
    size_t size = encoder->write_frames_head(projection->block, projection->film.here.count,
                                             simulate_frame_count(simulate));
    return exchange_stream_write(projection->exchange, projection->block, size);
}

/* What a document says behind its frames; as lines, a line of its own. */
static bool send_tail(struct projection *projection)
{
    struct exchange *exchange = projection->exchange;
    const struct simulate *simulate = exchange->state;
    if (!simulate->codec->is_document)
        return true;
    struct simulate_result result = {evolve_particle_steps(simulate->body.simulation.method,
                                                           projection->film.here.count,
                                                           simulate->steps),
                                     projection->film.threads};
    struct simulate_facts facts = simulate_facts(simulate, &result);
    char *begin = projection->block;
    char *end = simulate_put_tail(put(begin, "]"), &facts, &exchange->timing,
                                  clock_now_ns() - exchange->started_ns);
    if (is_lines(simulate)) /* "],..." becomes "{..." */
        *++begin = '{';
    return exchange_stream_write(exchange, begin, (size_t)(end - begin));
}

static bool send_all(struct projection *projection)
{
    const struct simulate *simulate = projection->exchange->state;
    size_t count = simulate_frame_count(simulate);
    if (!send_head(projection))
        return false;
    while (simulate_film_next(&projection->film))
        if (!send_frame(projection))
            return false;
    return projection->film.next == count && send_tail(projection);
}

static void add_headers(struct exchange *exchange)
{
    const struct simulate *simulate = exchange->state;
    const struct method *method = simulate->body.simulation.method;
    if (!simulate->codec->is_document)
        simulate_add_headers(exchange, method->polygon ? simulate->steps : 0, method);
}

static const char *media_type(const struct simulate *simulate)
{
    return is_lines(simulate) ? LINES_TYPE : simulate->codec->media_type;
}

static void run(struct projection *projection)
{
    struct exchange *exchange = projection->exchange;
    if (!exchange_claim(exchange, projection->block_bytes)) {
        exchange_fail_claim(exchange, projection->block_bytes, "The answer");
        return;
    }
    projection->block = malloc(projection->block_bytes);
    if (!projection->block) {
        exchange_fail_with(exchange, PROBLEM_INTERNAL, "Memory is short; try again later.");
        return;
    }
    add_headers(exchange);
    if (exchange_stream_open(exchange, media_type(exchange->state)) && send_all(projection))
        exchange_stream_close(exchange);
    free(projection->block);
}

void simulate_frames(struct exchange *exchange)
{
    const struct simulate *simulate = exchange->state;
    const struct encoder *encoder = simulate->codec->encoder;
    size_t item = encoder->write_frame ? encoder->frame_item_bytes
                                       : encoder->item_bytes(simulate->body.simulation.shape);
    struct projection projection = {
        .exchange = exchange,
        .block_bytes = SIMULATE_ENVELOPE + ENCODE_FRAME + BLOCK_ITEMS * item,
    };
    if (!simulate_film_begin(&projection.film, exchange))
        return;
    run(&projection);
    simulate_film_end(&projection.film);
}
