#include "codec/npy/npy_header.h"

#include <string.h>

#include "base/string_builder.h"
#include "codec/npy/npy_literal.h"

/* --- syntax ------------------------------------------------------------------------- */

enum key { KEY_DESCR, KEY_FORTRAN_ORDER, KEY_SHAPE, KEY_COUNT };

static const char *const key_names[KEY_COUNT] = {"descr", "fortran_order", "shape"};

static const char wrong_keys[] =
    "the header's keys must be 'descr', 'fortran_order' and 'shape', each once";

/* Reads a tuple of integers from a literal whose syntax is valid. */
static bool read_shape(struct npy_header *header, struct npy_literal *literal)
{
    if (!npy_literal_take(literal, '('))
        return npy_literal_fail(literal, "the shape must be a tuple");
    while (!npy_literal_take(literal, ')')) {
        uint64_t length;
        if (!npy_literal_integer(literal, &length))
            return false;
        if (header->dimensions < 2)
            header->first[header->dimensions] = length;
        header->dimensions++;
        npy_literal_take(literal, ',');
    }
    return true;
}

/* Reads the value of a key: first as a literal of any type, then as the type of the key. */
static bool read_value(struct npy_header *header, enum key key, struct npy_literal *literal)
{
    npy_literal_peek(literal);
    struct npy_literal value = *literal;
    if (!npy_literal_skip(literal, 0))
        return false;
    value.end = literal->at;
    size_t bytes = (size_t)(value.end - value.at);
    bool valid = true;
    if (key == KEY_DESCR) {
        header->descr = value.at;
        header->descr_bytes = bytes;
    } else if (key == KEY_SHAPE) {
        header->shape = value.at;
        header->shape_bytes = bytes;
        valid = read_shape(header, &value);
    } else {
        valid = npy_literal_bool(&value, &header->fortran_order);
    }
    if (!valid) {
        literal->at = value.at;
        literal->error = value.error;
    }
    return valid;
}

static bool read_member(struct npy_header *header, struct npy_literal *literal, unsigned *seen)
{
    struct npy_string name;
    npy_literal_peek(literal);
    const char *begin = literal->at;
    if (!npy_literal_string(literal, &name))
        return false;
    unsigned key = 0;
    while (key < KEY_COUNT && !npy_string_is(&name, key_names[key]))
        key++;
    if (key == KEY_COUNT || (*seen & 1u << key)) {
        literal->at = begin;
        return npy_literal_fail(literal, wrong_keys);
    }
    *seen |= 1u << key;
    if (!npy_literal_take(literal, ':'))
        return npy_literal_fail(literal, "expected \":\" after a key");
    return read_value(header, (enum key)key, literal);
}

static bool read_dict(struct npy_header *header, struct npy_literal *literal)
{
    unsigned seen = 0;
    bool comma = true;
    if (!npy_literal_take(literal, '{'))
        return npy_literal_fail(literal, "expected \"{\", the beginning of a Python dict");
    while (npy_literal_peek(literal) != '}') {
        if (!comma)
            return npy_literal_fail(literal, "expected \",\" or \"}\" after a value");
        if (!read_member(header, literal, &seen))
            return false;
        comma = npy_literal_take(literal, ',');
    }
    if (seen != (1u << KEY_COUNT) - 1)
        return npy_literal_fail(literal, wrong_keys);
    literal->at++;
    if (npy_literal_peek(literal) != '\n' || literal->at + 1 != literal->end)
        return npy_literal_fail(literal, "expected only spaces, and a newline as the last byte");
    return true;
}

bool npy_header_parse(struct npy_header *header, const char *text, size_t size, bool utf8,
                      const char **error, size_t *error_byte)
{
    struct npy_literal literal = {.at = text, .end = text + size, .utf8 = utf8};
    *header = (struct npy_header){.dimensions = 0};
    if (read_dict(header, &literal))
        return true;
    *error = literal.error;
    *error_byte = (size_t)(literal.at - text);
    return false;
}

/* --- layout ------------------------------------------------------------------------- */

/* Returns the bytes of a number of this dtype, or 0 if the dtype is not accepted. */
static uint8_t number_bytes(const struct npy_string *dtype)
{
    return npy_string_is(dtype, "<f8") ? 8 : npy_string_is(dtype, "<f4") ? 4 : 0;
}

/* Reads field number `field` of a row, such as ('ang_vel', '<f8'). */
static bool read_field(struct npy_layout *layout, struct npy_literal *literal, unsigned field,
                       unsigned *seen)
{
    struct npy_string name, dtype;
    if (!npy_literal_take(literal, '(') || !npy_literal_string(literal, &name) ||
        !npy_literal_take(literal, ',') || !npy_literal_string(literal, &dtype))
        return false;
    npy_literal_take(literal, ',');
    if (!npy_literal_take(literal, ')'))
        return false; /* a third item: the field is an array */
    unsigned column = 0;
    while (column < PARTICLE_COLUMNS && !npy_string_is(&name, column_names[column]))
        column++;
    if (column == PARTICLE_COLUMNS || (*seen & 1u << column))
        return false;
    *seen |= 1u << column;
    layout->columns[field] = (uint8_t)column;
    layout->bytes[field] = number_bytes(&dtype);
    return layout->bytes[field] != 0;
}

/* Reads a list of the three fields, in any order. */
static bool read_fields(const struct npy_header *header, struct npy_layout *layout)
{
    struct npy_literal literal = {.at = header->descr, .end = header->descr + header->descr_bytes};
    unsigned seen = 0;
    npy_literal_take(&literal, '[');
    for (unsigned field = 0; field < PARTICLE_COLUMNS; field++) {
        if (!read_field(layout, &literal, field, &seen))
            return false;
        npy_literal_take(&literal, ',');
    }
    return npy_literal_take(&literal, ']');
}

static bool structured_layout(const struct npy_header *header, struct npy_layout *layout,
                              struct string_builder *sentence)
{
    if (!read_fields(header, layout)) {
        string_builder_add(sentence,
                           "the dtype must have just the fields x, y and ang_vel, each <f8 or "
                           "<f4, not ");
        string_builder_add_quoted(sentence, header->descr, header->descr_bytes, false);
        string_builder_add(sentence, "; send numpy.column_stack([x, y, ang_vel])");
    } else if (header->dimensions != 1) {
        string_builder_add(sentence, "the shape of an array of structures must be (n,), not ");
        string_builder_add_quoted(sentence, header->shape, header->shape_bytes, false);
        string_builder_add(sentence, "; send a.ravel()");
    } else {
        layout->count = header->first[0];
        return true;
    }
    return false;
}

static bool matrix_layout(const struct npy_header *header, struct npy_layout *layout,
                          struct string_builder *sentence)
{
    struct npy_literal literal = {.at = header->descr, .end = header->descr + header->descr_bytes};
    struct npy_string dtype = {.text = header->descr, .length = header->descr_bytes};
    npy_literal_string(&literal, &dtype);
    uint8_t bytes = number_bytes(&dtype);
    if (bytes == 0) {
        string_builder_add(sentence, "the dtype must be <f8 or <f4, not ");
        string_builder_add_quoted(sentence, dtype.text, dtype.length, false);
        string_builder_add(sentence, "; send numpy.asarray(a, '<f8')");
    } else if (header->dimensions != 2 || header->first[1] != PARTICLE_COLUMNS) {
        string_builder_add(sentence,
                           "the shape must be (n, 3), a row of x, y, ang_vel for each particle, "
                           "not ");
        string_builder_add_quoted(sentence, header->shape, header->shape_bytes, false);
        string_builder_add(sentence, header->dimensions == 2 && header->first[0] == PARTICLE_COLUMNS
                                         ? "; send a.T"
                                         : "; send numpy.column_stack([x, y, ang_vel])");
    } else {
        layout->count = header->first[0];
        layout->by_column = header->fortran_order;
        for (uint8_t column = 0; column < PARTICLE_COLUMNS; column++) {
            layout->bytes[column] = bytes;
            layout->columns[column] = column;
        }
        return true;
    }
    return false;
}

bool npy_header_layout(const struct npy_header *header, struct npy_layout *layout, char *sentence,
                       size_t size)
{
    struct string_builder text = string_builder_init(sentence, size);
    *layout = (struct npy_layout){.count = 0};
    return *header->descr == '[' ? structured_layout(header, layout, &text)
                                 : matrix_layout(header, layout, &text);
}
