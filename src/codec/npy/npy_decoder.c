#include "codec/npy/npy_decoder.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/string_builder.h"
#include "codec/columns.h"
#include "codec/npy/npy_header.h"
#include "codec/npy/npy_numbers.h"

#define PREFIX_BYTES (NPY_MAGIC_BYTES + NPY_VERSION_BYTES)
#define LENGTH_BYTES_MAX 4

/* The part of the file that the next bytes belong to. */
enum stage {
    STAGE_PREFIX, /* magic and version */
    STAGE_LENGTH, /* of the header */
    STAGE_HEADER,
    STAGE_DATA,
    STAGE_IGNORED, /* data of an invalid array */
};

struct npy_decoder {
    struct decoder base;
    struct simulation *out;
    struct columns columns;
    enum stage stage;
    uint64_t byte;       /* bytes fed before this call */
    uint64_t data_begin; /* offset of the data in the file */
    uint64_t data_bytes; /* size of the data by the header */
    uint64_t data_taken; /* bytes of the data fed so far */
    struct npy_layout layout;
    unsigned column; /* layout by column: the one that is being filled */
    size_t filled;   /* numbers in that column; layout by row: in each column */
    /* The buffer collects bytes until it contains `needed` bytes: the prefix, the prefix with the
     * length or the whole header; then a row or number that the end of a chunk cut in two. */
    size_t buffered;
    size_t needed;
    char buffer[PREFIX_BYTES + LENGTH_BYTES_MAX + NPY_HEADER_BYTES_MAX];
};

/* --- errors ------------------------------------------------------------------------- */

/* Frees the columns and sets the status of an error. The caller adds the detail. */
static struct string_builder error_begin(struct npy_decoder *decoder, enum decode_status status)
{
    struct decode_error *error = &decoder->base.error;
    columns_free(&decoder->columns);
    *error = (struct decode_error){.status = status};
    return string_builder_init(error->detail, sizeof error->detail);
}

static struct string_builder syntax_error(struct npy_decoder *decoder, uint64_t byte)
{
    struct string_builder detail = error_begin(decoder, DECODE_SYNTAX);
    decoder->base.error.byte = byte;
    return detail;
}

/* Reports an error of the particles as a whole; the detail is prefix and sentence. */
static enum decode_status fail_particles(struct npy_decoder *decoder, enum decode_status status,
                                         const char *prefix, const char *sentence)
{
    struct string_builder detail = error_begin(decoder, status);
    string_builder_addf(&detail, "%s%s", prefix, sentence);
    struct string_builder pointer =
        string_builder_init(decoder->base.error.pointer, sizeof decoder->base.error.pointer);
    string_builder_add(&pointer, "/particles");
    return status;
}

/* Reports a number that is not finite. */
static void fail_number(struct npy_decoder *decoder, unsigned column, size_t index)
{
    double value = decoder->columns.column[column][index];
    struct string_builder detail = error_begin(decoder, DECODE_INVALID);
    string_builder_addf(&detail, "particles[%zu].%s must be a finite number, not %s", index,
                        column_names[column],
                        isnan(value) ? "NaN"
                        : value > 0  ? "infinity"
                                     : "minus infinity");
    struct string_builder pointer =
        string_builder_init(decoder->base.error.pointer, sizeof decoder->base.error.pointer);
    string_builder_addf(&pointer, "/particles/%zu/%s", index, column_names[column]);
}

/* --- header ------------------------------------------------------------------------- */

static enum decode_status take_magic(struct npy_decoder *decoder)
{
    size_t known = decoder->buffered < NPY_MAGIC_BYTES ? decoder->buffered : NPY_MAGIC_BYTES;
    for (size_t i = 0; i < known; i++)
        if (decoder->buffer[i] != NPY_MAGIC[i]) {
            struct string_builder detail = syntax_error(decoder, i);
            string_builder_add(&detail,
                               "this is not an NPY file, which begins with \\x93NUMPY; send what "
                               "numpy.save writes");
            return DECODE_SYNTAX;
        }
    return DECODE_OK;
}

static enum decode_status take_prefix(struct npy_decoder *decoder)
{
    unsigned char major = (unsigned char)decoder->buffer[NPY_MAGIC_BYTES];
    unsigned char minor = (unsigned char)decoder->buffer[NPY_MAGIC_BYTES + 1];
    bool known = major >= 1 && major <= 3;
    if (!known || minor != 0) {
        struct string_builder detail = syntax_error(decoder, NPY_MAGIC_BYTES + known);
        string_builder_addf(&detail,
                            "version %u.%u of the NPY format is not known; send 1.0, 2.0 or 3.0",
                            major, minor);
        return DECODE_SYNTAX;
    }
    decoder->needed += major == 1 ? 2 : 4;
    decoder->stage = STAGE_LENGTH;
    return DECODE_OK;
}

static enum decode_status take_length(struct npy_decoder *decoder)
{
    uint32_t length = 0;
    memcpy(&length, decoder->buffer + PREFIX_BYTES, decoder->buffered - PREFIX_BYTES);
    if (length > NPY_HEADER_BYTES_MAX) {
        struct string_builder detail = syntax_error(decoder, PREFIX_BYTES);
        string_builder_addf(&detail, "the header has %" PRIu32 " bytes; at most %d are read",
                            length, NPY_HEADER_BYTES_MAX);
        return DECODE_SYNTAX;
    }
    decoder->data_begin = decoder->needed + length;
    decoder->needed += length;
    decoder->stage = STAGE_HEADER;
    return DECODE_OK;
}

/* Grows the capacity of the columns to at least `needed` particles. */
static enum decode_status grow(struct npy_decoder *decoder, size_t needed)
{
    char sentence[COLUMNS_SENTENCE_BYTES];
    enum decode_status status = columns_grow(&decoder->columns, needed, sentence);
    return status ? fail_particles(decoder, status, "particles: ", sentence) : DECODE_OK;
}

/* Prepares the columns for the data of a valid array. */
static enum decode_status begin_data(struct npy_decoder *decoder)
{
    const struct npy_layout *layout = &decoder->layout;
    char sentence[COLUMNS_SENTENCE_BYTES];
    decoder->stage = STAGE_DATA;
    if (layout->count == 0)
        return fail_particles(decoder, DECODE_INVALID, "particles must hold at least one particle",
                              "");
    size_t count = layout->count < SIZE_MAX ? (size_t)layout->count : SIZE_MAX;
    enum decode_status status = columns_preallocate(&decoder->columns, count, sentence);
    if (status)
        return fail_particles(decoder, status, "particles: ", sentence);
    decoder->data_bytes = layout->count * npy_row_bytes(layout);
    decoder->needed = layout->by_column ? layout->bytes[0] : npy_row_bytes(layout);
    return grow(decoder, 1);
}

static enum decode_status take_header(struct npy_decoder *decoder)
{
    size_t begin = PREFIX_BYTES + (decoder->buffer[NPY_MAGIC_BYTES] == 1 ? 2 : 4);
    bool utf8 = decoder->buffer[NPY_MAGIC_BYTES] >= 3;
    struct npy_header header;
    const char *error;
    size_t error_byte;
    if (!npy_header_parse(&header, decoder->buffer + begin, decoder->buffered - begin, utf8, &error,
                          &error_byte)) {
        struct string_builder detail = syntax_error(decoder, begin + error_byte);
        string_builder_addf(&detail, "in the NPY header: %s", error);
        return DECODE_SYNTAX;
    }
    char sentence[sizeof decoder->base.error.detail];
    decoder->buffered = 0;
    if (npy_header_layout(&header, &decoder->layout, sentence, sizeof sentence))
        return begin_data(decoder);
    decoder->stage = STAGE_IGNORED;
    return fail_particles(decoder, DECODE_INVALID, sentence, "");
}

/* Copies bytes to the buffer until it contains as many as are needed. Returns how many. */
static size_t fill_buffer(struct npy_decoder *decoder, const char *bytes, size_t size)
{
    size_t missing = decoder->needed - decoder->buffered;
    size_t taken = size < missing ? size : missing;
    memcpy(decoder->buffer + decoder->buffered, bytes, taken);
    decoder->buffered += taken;
    return taken;
}

/* Takes the bytes before the data. Returns how many. */
static size_t take_head(struct npy_decoder *decoder, const char *bytes, size_t size)
{
    static enum decode_status (*const take[])(struct npy_decoder *) = {
        [STAGE_PREFIX] = take_prefix, [STAGE_LENGTH] = take_length, [STAGE_HEADER] = take_header};
    size_t taken = 0;
    while (decoder->stage < STAGE_DATA) {
        taken += fill_buffer(decoder, bytes + taken, size - taken);
        if (decoder->stage == STAGE_PREFIX && take_magic(decoder))
            break;
        if (decoder->buffered < decoder->needed || take[decoder->stage](decoder))
            break;
    }
    return taken;
}

/* --- data --------------------------------------------------------------------------- */

/* Reports the first of the numbers just read that is not finite. */
static void fail_first_not_finite(struct npy_decoder *decoder, size_t end)
{
    const struct npy_layout *layout = &decoder->layout;
    unsigned fields = layout->by_column ? 1 : PARTICLE_COLUMNS;
    for (size_t i = decoder->filled; i < end; i++)
        for (unsigned field = 0; field < fields; field++) {
            unsigned column = layout->by_column ? decoder->column : layout->columns[field];
            if (!isfinite(decoder->columns.column[column][i])) {
                fail_number(decoder, column, i);
                return;
            }
        }
}

/* Reads rows or, with a layout by column, numbers of one column. False if one is not finite. */
static bool read_numbers(struct npy_decoder *decoder, const char *bytes, size_t count)
{
    const struct npy_layout *layout = &decoder->layout;
    size_t row_bytes = npy_row_bytes(layout);
    if (layout->by_column)
        return npy_copy_column(decoder->columns.column[decoder->column] + decoder->filled, bytes,
                               layout->bytes[0], layout->bytes[0], count);
    double *to[PARTICLE_COLUMNS];
    for (unsigned field = 0; field < PARTICLE_COLUMNS; field++)
        to[field] = decoder->columns.column[layout->columns[field]] + decoder->filled;
    if (row_bytes == PARTICLE_BYTES)
        return npy_split_rows(to, bytes, count);
    bool finite = true;
    for (unsigned field = 0; field < PARTICLE_COLUMNS; bytes += layout->bytes[field++])
        finite &= npy_copy_column(to[field], bytes, layout->bytes[field], row_bytes, count);
    return finite;
}

static void take_numbers(struct npy_decoder *decoder, const char *bytes, size_t count)
{
    size_t end = decoder->filled + count;
    if (end > decoder->columns.capacity && grow(decoder, end))
        return;
    if (!read_numbers(decoder, bytes, count)) {
        fail_first_not_finite(decoder, end);
        return;
    }
    decoder->filled = end;
    if (decoder->layout.by_column && decoder->filled == decoder->layout.count) {
        decoder->column++;
        decoder->filled = 0;
    }
}

/* Takes bytes of the array, until an error. */
static void take_array(struct npy_decoder *decoder, const char *bytes, size_t size)
{
    const char *end = bytes + size;
    while (bytes < end && !decoder->base.error.status) {
        size_t count = (size_t)(end - bytes) / decoder->needed;
        size_t left = (size_t)decoder->layout.count - decoder->filled;
        if (decoder->buffered || count == 0) {
            bytes += fill_buffer(decoder, bytes, (size_t)(end - bytes));
            if (decoder->buffered < decoder->needed)
                return;
            decoder->buffered = 0;
            take_numbers(decoder, decoder->buffer, 1);
        } else {
            count = count < left ? count : left;
            take_numbers(decoder, bytes, count);
            bytes += count * decoder->needed;
        }
    }
}

static void take_data(struct npy_decoder *decoder, const char *bytes, size_t size)
{
    uint64_t left = decoder->data_bytes - decoder->data_taken;
    size_t taken = size < left ? size : (size_t)left;
    take_array(decoder, bytes, taken);
    decoder->data_taken += taken;
    if (taken < size) {
        struct string_builder detail =
            syntax_error(decoder, decoder->data_begin + decoder->data_bytes);
        string_builder_addf(&detail,
                            "the body continues after the %" PRIu64 " bytes of the array's data",
                            decoder->data_bytes);
    }
}

/* --- decoder ------------------------------------------------------------------------ */

static enum decode_status feed(struct decoder *base, const char *bytes, size_t size)
{
    struct npy_decoder *decoder = (struct npy_decoder *)base;
    if (decoder_is_over(&decoder->base))
        return decoder->base.error.status;

    size_t taken = size > 0 ? take_head(decoder, bytes, size) : 0;
    if (decoder->stage == STAGE_DATA && !decoder_is_over(&decoder->base))
        take_data(decoder, bytes + taken, size - taken);
    decoder->byte += size;
    return decoder_is_over(&decoder->base) ? decoder->base.error.status : DECODE_OK;
}

static enum decode_status finish(struct decoder *base)
{
    struct npy_decoder *decoder = (struct npy_decoder *)base;
    if (decoder_is_over(&decoder->base))
        return decoder->base.error.status;

    struct string_builder detail;
    if (decoder->byte == 0) {
        detail = syntax_error(decoder, 0);
        string_builder_add(&detail, "the body is empty: send an NPY file, as numpy.save writes it");
    } else if (decoder->stage < STAGE_DATA) {
        detail = syntax_error(decoder, decoder->byte);
        string_builder_add(&detail, "the body ends within the NPY header");
    } else if (decoder->stage == STAGE_DATA && decoder->data_taken < decoder->data_bytes) {
        detail = syntax_error(decoder, decoder->byte);
        string_builder_addf(&detail,
                            "the body ends after %" PRIu64
                            " bytes of data; by dtype and shape the array "
                            "has %" PRIu64,
                            decoder->data_taken, decoder->data_bytes);
    } else if (!decoder->base.error.status) {
        decoder->out->particles.count = (size_t)decoder->layout.count;
        decoder->out->shape = SHAPE_TRIPLES;
    }
    return decoder->base.error.status;
}

static void destroy(struct decoder *base)
{
    free(base);
}

struct decoder *npy_decoder_create(const struct decode_limits *limits, struct simulation *out)
{
    static const struct decoder_class class = {feed, finish, destroy};
    struct npy_decoder *decoder = malloc(sizeof *decoder);
    if (!decoder)
        return NULL;
    memset(decoder, 0, offsetof(struct npy_decoder, buffer));
    decoder->base.class = &class;
    decoder->out = out;
    decoder->needed = PREFIX_BYTES;
    columns_init(&decoder->columns, limits, &out->particles);
    return &decoder->base;
}
