#include "exposition.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 128
#define LABELS_MAX_BYTES 256
#define SERIES_MAX 4096

enum type { TYPE_NONE, TYPE_COUNTER, TYPE_GAUGE, TYPE_HISTOGRAM };

struct sample {
    char name[NAME_MAX_BYTES];
    char labels[LABELS_MAX_BYTES]; /* as written, without le */
    char le[32];                   /* "" unless there is one */
    double value;
};

struct reader {
    char families[256][NAME_MAX_BYTES]; /* all whose HELP was read */
    size_t family_count;
    enum type type; /* of the last family; NONE between its HELP and its TYPE */
    bool helped;    /* HELP was read, TYPE was not */
    size_t samples; /* of the last family */
    char **series;  /* all, to find duplicates */
    size_t series_count;
    struct sample bucket; /* the last bucket of an incomplete histogram; name "": none */
    bool summed;          /* its sum was read */
    const char *error;
};

static bool fail(struct reader *reader, const char *error)
{
    if (!reader->error)
        reader->error = error;
    return false;
}

static size_t name_length(const char *text, bool colon)
{
    size_t length = 0;
    while (isalpha((unsigned char)text[length]) || text[length] == '_' ||
           (colon && text[length] == ':') || (length && isdigit((unsigned char)text[length])))
        length++;
    return length;
}

static bool copy(char *out, size_t size, const char *text, size_t length)
{
    if (length == 0 || length >= size)
        return false;
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

static const char *family(const struct reader *reader)
{
    return reader->families[reader->family_count - 1];
}

/* Checks that the last family is complete. */
static bool close_family(struct reader *reader)
{
    if (reader->helped)
        return fail(reader, "HELP without TYPE");
    if (reader->bucket.name[0])
        return fail(reader, "a histogram is not complete");
    return true;
}

static bool read_help(struct reader *reader, const char *text)
{
    char name[NAME_MAX_BYTES];
    size_t length = name_length(text, true);
    if (!copy(name, sizeof name, text, length) || text[length] != ' ' || !text[length + 1])
        return fail(reader, "HELP needs a name and a text");
    for (const char *c = text; *c; c++)
        if (*c == '\\' && c[1] != '\\' && c[1] != 'n')
            return fail(reader, "a bad escape in HELP");
    if (!close_family(reader))
        return false;
    for (size_t i = 0; i < reader->family_count; i++)
        if (strcmp(reader->families[i], name) == 0)
            return fail(reader, "a second HELP of one family");
    strcpy(reader->families[reader->family_count++], name);
    reader->helped = true;
    reader->type = TYPE_NONE;
    reader->samples = 0;
    return true;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

static bool read_type(struct reader *reader, const char *text)
{
    static const char *const names[] = {"", "counter", "gauge", "histogram"};
    size_t length = name_length(text, true);
    if (!reader->helped || strncmp(text, family(reader), length) != 0 || family(reader)[length] ||
        text[length] != ' ')
        return fail(reader, "TYPE must follow the HELP of its family");
    for (int type = TYPE_COUNTER; type <= TYPE_HISTOGRAM; type++)
        if (strcmp(text + length + 1, names[type]) == 0)
            reader->type = (enum type)type;
    if (reader->type == TYPE_NONE)
        return fail(reader, "an unknown type");
    if ((reader->type == TYPE_COUNTER) != ends_with(family(reader), "_total"))
        return fail(reader, "counters, and only they, end in _total");
    reader->helped = false;
    return true;
}

/* Reads {name="value",...}; stores le separately. Returns the end, or NULL. */
static const char *read_labels(const char *text, struct sample *sample)
{
    size_t used = 0;
    do {
        const char *name = ++text;
        size_t length = name_length(name, false);
        if (length == 0 || name[length] != '=' || name[length + 1] != '"')
            return NULL;
        const char *value = text = name + length + 2;
        for (; *text != '"'; text++)
            if (!*text || (*text == '\\' && !strchr("\\\"n", *++text)))
                return NULL;
        if (length == 2 && memcmp(name, "le", 2) == 0) {
            if (sample->le[0] ||
                !copy(sample->le, sizeof sample->le, value, (size_t)(text - value)))
                return NULL;
        } else {
            char key[NAME_MAX_BYTES];
            snprintf(key, sizeof key, ",%.*s=", (int)length, name);
            if (strstr(sample->labels, key))
                return NULL; /* the same label twice */
            used += (size_t)snprintf(sample->labels + used, sizeof sample->labels - used, ",%.*s",
                                     (int)(text + 1 - name), name);
            if (used >= sizeof sample->labels)
                return NULL;
        }
        text++;
    } while (*text == ',');
    return *text == '}' ? text + 1 : NULL;
}

static bool read_number(const char *text, double *value)
{
    if (strcmp(text, "+Inf") == 0 || strcmp(text, "-Inf") == 0 || strcmp(text, "NaN") == 0)
        return sscanf(text, "%lf", value) == 1;
    char *end;
    *value = strtod(text, &end);
    return end != text && !*end && strspn(text, "+-.0123456789eE") == strlen(text);
}

static bool check_histogram(struct reader *reader, const struct sample *sample)
{
    struct sample *open = &reader->bucket;
    const char *suffix = sample->name + strlen(family(reader));
    if (open->name[0] && strcmp(open->labels, sample->labels) != 0)
        return fail(reader, "the series of a histogram are mixed");
    double le, last;
    bool complete = strcmp(open->le, "+Inf") == 0;
    if (strcmp(suffix, "_bucket") == 0) {
        if (!read_number(sample->le, &le) || isnan(le))
            return fail(reader, "a bucket without a bound");
        if (open->name[0] && (complete || !read_number(open->le, &last) || !(le > last) ||
                              sample->value < open->value))
            return fail(reader, "buckets must grow");
        *open = *sample;
        reader->summed = false;
        return true;
    }
    if (!complete || sample->le[0])
        return fail(reader, "a histogram without its last bucket");
    if (strcmp(suffix, "_sum") == 0 && !reader->summed) {
        reader->summed = true;
        return sample->value >= 0 || fail(reader, "a negative sum");
    }
    if (strcmp(suffix, "_count") != 0 || !reader->summed || sample->value != open->value)
        return fail(reader, "a count that is not its last bucket");
    open->name[0] = '\0';
    return true;
}

static bool read_sample(struct reader *reader, const char *line)
{
    struct sample sample = {.value = 0};
    size_t length = name_length(line, true);
    if (!copy(sample.name, sizeof sample.name, line, length))
        return fail(reader, "a line that is neither comment nor sample");
    const char *at = line + length;
    if (*at == '{' && !(at = read_labels(at, &sample)))
        return fail(reader, "bad labels");
    if (*at != ' ' || !read_number(at + 1, &sample.value))
        return fail(reader, "a bad value");
    if (reader->family_count == 0 || reader->helped || reader->type == TYPE_NONE)
        return fail(reader, "a sample before its HELP and TYPE");
    bool histogram = reader->type == TYPE_HISTOGRAM;
    if (strncmp(sample.name, family(reader), strlen(family(reader))) != 0 ||
        (!histogram && strcmp(sample.name, family(reader)) != 0))
        return fail(reader, "a sample of another family");
    for (size_t i = 0; i < reader->series_count; i++)
        if (strncmp(reader->series[i], line, (size_t)(at - line)) == 0 &&
            !reader->series[i][at - line])
            return fail(reader, "a series comes twice");
    if (reader->series_count == SERIES_MAX)
        return fail(reader, "more series than this reader holds");
    reader->series[reader->series_count++] = strndup(line, (size_t)(at - line));
    reader->samples++;
    if (histogram)
        return check_histogram(reader, &sample);
    if (sample.le[0] || (reader->type == TYPE_COUNTER && !(sample.value >= 0)))
        return fail(reader, "a counter below zero, or a bound outside a histogram");
    return true;
}

static bool read_line(struct reader *reader, const char *line)
{
    if (strncmp(line, "# HELP ", 7) == 0)
        return read_help(reader, line + 7);
    if (strncmp(line, "# TYPE ", 7) == 0)
        return read_type(reader, line + 7);
    return read_sample(reader, line);
}

bool exposition_check(const char *text, char *error, size_t size)
{
    struct reader *reader = calloc(1, sizeof *reader);
    reader->series = calloc(SERIES_MAX, sizeof *reader->series);
    char line[1024] = "";
    bool valid = *text != '\0' || fail(reader, "the document is empty");
    while (valid && *text) {
        size_t length = strcspn(text, "\n");
        if (text[length] != '\n' || length >= sizeof line) {
            valid = fail(reader, "the last line has no end, or a line is too long");
            break;
        }
        memcpy(line, text, length);
        line[length] = '\0';
        valid = read_line(reader, line);
        text += length + 1;
    }
    valid = valid && close_family(reader);
    if (!valid)
        snprintf(error, size, "%s: %s", reader->error, line);
    for (size_t i = 0; i < reader->series_count; i++)
        free(reader->series[i]);
    free(reader->series);
    free(reader);
    return valid;
}
