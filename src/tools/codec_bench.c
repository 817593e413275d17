#include "tools/codec_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/stats.h"
#include "codec/codec.h"
#include "codec/number/number.h"

/* The least time of a round: 1000 times the cost of reading the clock. */
#define ROUND_MIN_S 300e-6
#define ROUNDS_MAX 10000

/* What is measured: a format, or bare numbers. */
struct subject {
    const char *name;
    const struct codec *codec; /* NULL: bare numbers, one line each */
    enum particle_shape shape;
    const char *head, *tail; /* around the particles, to make a request */
};

/* The input and the buffers of a measurement. */
struct sample {
    const struct subject *subject;
    const struct particle_set *particles;
    char *text; /* a request, or the numbers */
    size_t length;
    char *out;
    double *numbers;
    volatile bool failed;
};

static double thread_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* --- bare numbers --------------------------------------------------------------------------- */

static char *write_numbers(char *out, const struct particle_set *set)
{
    const double *const columns[] = {set->x, set->y, set->ang_vel};
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < set->count; i++) {
            out = number_to_chars(out, columns[c][i]);
            *out++ = '\n';
        }
    return out;
}

static void read_numbers(struct sample *sample)
{
    const char *at = sample->text, *end = at + sample->length;
    for (double *number = sample->numbers; at < end; at++)
        at = number_from_chars(at, end, number++);
}

/* --- formats -------------------------------------------------------------------------------- */

/* Writes the whole body. Columns that a format sends from memory are copied. */
static char *write_body(char *out, const struct subject *subject, const struct particle_set *set)
{
    const struct encoder *encoder = subject->codec->encoder;
    if (!encoder->write_head)
        return encoder->write(out, set, subject->shape, 0, encoder->items(set, subject->shape));
    const double *const columns[] = {set->x, set->y, set->ang_vel};
    out += encoder->write_head(out, set);
    for (size_t c = 0; c < 3; c++)
        out = (char *)memcpy(out, columns[c], set->count * sizeof(double)) +
              set->count * sizeof(double);
    return out;
}

static size_t size_bound(const struct subject *subject, const struct particle_set *set)
{
    if (!subject->codec)
        return 3 * set->count * (NUMBER_BYTES_MAX + 1);
    const struct encoder *encoder = subject->codec->encoder;
    size_t body = encoder->write_head
                      ? ENCODE_HEAD_MAX + set->count * PARTICLE_BYTES
                      : encode_bound(encoder, subject->shape, encoder->items(set, subject->shape));
    return strlen(subject->head) + body + strlen(subject->tail);
}

static void decode(struct sample *sample)
{
    if (!sample->subject->codec) {
        read_numbers(sample);
        return;
    }
    struct simulation simulation;
    simulation_init(&simulation);
    struct decode_limits limits = {.max_particles = sample->particles->count};
    struct decoder *decoder = sample->subject->codec->decoder_create(&limits, &simulation);
    if (!decoder || decoder_feed(decoder, sample->text, sample->length) ||
        decoder_finish(decoder) || simulation.particles.count != sample->particles->count)
        sample->failed = true;
    if (decoder)
        decoder_destroy(decoder);
    simulation_fini(&simulation);
}

/* Makes the parts of a response. Columns that a format sends from memory are not copied. */
static void encode(struct sample *sample)
{
    const struct subject *subject = sample->subject;
    const struct particle_set *set = sample->particles;
    if (!subject->codec)
        write_numbers(sample->out, set);
    else if (subject->codec->encoder->write_head)
        subject->codec->encoder->write_head(sample->out, set);
    else
        write_body(sample->out, subject, set);
}

/* --- timing --------------------------------------------------------------------------------- */

/* The time of an iteration in the median round, in seconds. -1: no memory, -2: stopped. */
static double time_median(const struct codec_bench_config *config, struct sample *sample,
                          void (*run)(struct sample *sample))
{
    size_t iterations = 1, rounds = 0;
    double *seconds = malloc(ROUNDS_MAX * sizeof *seconds), begin = thread_seconds(), total = 0;
    if (!seconds)
        return -1;
    while (rounds < config->min_rounds || (total < config->max_time_s && rounds < ROUNDS_MAX)) {
        if (config->stop && config->stop()) {
            free(seconds);
            return -2;
        }
        double start = thread_seconds();
        for (size_t i = 0; i < iterations; i++)
            run(sample);
        double taken = thread_seconds() - start;
        total = thread_seconds() - begin;
        if (taken < ROUND_MIN_S && rounds == 0)
            iterations *= 2;
        else
            seconds[rounds++] = taken / (double)iterations;
    }
    struct bench_stats stats = {0};
    int status = bench_stats_compute(&stats, seconds, rounds);
    free(seconds);
    return status ? -1 : stats.median;
}

/* Makes the input of `subject`. False when memory is short. */
static bool prepare(struct sample *sample, const struct subject *subject,
                    const struct particle_set *particles)
{
    size_t bound = size_bound(subject, particles);
    *sample = (struct sample){.subject = subject, .particles = particles};
    sample->text = malloc(bound);
    sample->out = malloc(bound);
    sample->numbers = malloc(3 * particles->count * sizeof *sample->numbers);
    if (!sample->text || !sample->out || !sample->numbers)
        return false;
    char *end = sample->text;
    if (subject->codec) {
        end = stpcpy(end, subject->head);
        end = write_body(end, subject, particles);
        end = (char *)memcpy(end, subject->tail, strlen(subject->tail)) + strlen(subject->tail);
    } else {
        end = write_numbers(end, particles);
    }
    sample->length = (size_t)(end - sample->text);
    return true;
}

static void release(struct sample *sample)
{
    free(sample->text);
    free(sample->out);
    free(sample->numbers);
}

/* --- the table ------------------------------------------------------------------------------ */

struct bare {
    double decode_s, encode_s;
};

static int measure(const struct codec_bench_config *config, const struct subject *subject,
                   const struct particle_set *particles, struct bare *bare)
{
    struct sample sample;
    int status = 1;
    if (!prepare(&sample, subject, particles))
        goto out;
    double decode_s = time_median(config, &sample, decode);
    double encode_s = decode_s < 0 ? decode_s : time_median(config, &sample, encode);
    if (encode_s < 0 || sample.failed) {
        status = encode_s == -2 ? -1 : 1;
        goto out;
    }
    if (!subject->codec)
        *bare = (struct bare){decode_s, encode_s};
    double count = (double)particles->count, size = (double)sample.length;
    printf("%-14s %10.1f %9.2f %8.2f %6.2f %9.2f %8.2f %6.2f\n", subject->name, size / count,
           1e9 * decode_s / count, 1e-6 * size / decode_s, decode_s / bare->decode_s,
           1e9 * encode_s / count, 1e-6 * size / encode_s, encode_s / bare->encode_s);
    fflush(stdout);
    status = 0;
out:
    release(&sample);
    return status;
}

static const struct codec *find_codec(const char *media_type)
{
    size_t count;
    const struct codec *codecs = codec_table(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(codecs[i].media_type, media_type) == 0)
            return &codecs[i];
    return NULL;
}

int codec_bench_run(const struct codec_bench_config *config, const struct particle_set *particles)
{
    const struct codec *json = find_codec("application/json");
    const struct codec *csv = find_codec("text/csv"), *npy = find_codec("application/x-npy");
    const struct subject subjects[] = {
        {"bare numbers", NULL, SHAPE_OBJECTS, "", ""},
        {"json objects", json, SHAPE_OBJECTS, "{\"particles\":", "}"},
        {"json triples", json, SHAPE_TRIPLES, "{\"particles\":", "}"},
        {"json columns", json, SHAPE_COLUMNS, "{\"particles\":", "}"},
        {"csv", csv, SHAPE_OBJECTS, "", ""},
        {"npy", npy, SHAPE_OBJECTS, "", ""},
    };
    printf("%zu particles, one chunk; CPU time of the median round\n\n", particles->count);
    printf("%-14s %10s %9s %8s %6s %9s %8s %6s\n", "", "bytes", "decode ns", "MB/s", "x bare",
           "encode ns", "MB/s", "x bare");
    struct bare bare = {0, 0};
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        int status = i && !subjects[i].codec ? 0 /* not built in */
                                             : measure(config, &subjects[i], particles, &bare);
        if (status)
            return status;
    }
    puts("\nbytes, ns   per particle, which is three numbers\n"
         "x bare      compared with a loop of from_chars or to_chars over the same numbers");
    return 0;
}
