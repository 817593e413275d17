/* How the answer of POST /simulate is written. For the simulate*.c files only; on a worker. */
#ifndef SERVICE_SIMULATE_ANSWER_H
#define SERVICE_SIMULATE_ANSWER_H

#include "service/parts.h"
#include "service/simulate_state.h"

/* What a document holds beside the particles, at most. */
#define SIMULATE_ENVELOPE 1024

/* What compressors occupy while they run (measured: 1.3 MiB zstd, 0.3 MiB gzip), roughly. */
#define SIMULATE_COMPRESSOR ((size_t)3 << 19)

/* What a run came to. */
struct simulate_result {
    int64_t particle_steps;
    unsigned threads; /* that took part */
};

/* Writes the particles as the request wants them, and sets the answer; may take the columns away.
 * Nothing is set when the exchange was cancelled. */
void simulate_answer(struct exchange *exchange, const struct simulate_result *result);

/* The parts of that. Bytes to allocate for one of `count` pieces; the first and the last of a
 * document have room for what stands around the particles. 0: nothing, the piece lies in the
 * columns. */
size_t simulate_piece_room(const struct simulate *simulate, size_t piece, size_t count);

/* Write what stands before and behind the particles of a document; return the end. */
char *simulate_put_head(char *out);
char *simulate_put_tail(char *out, const struct exchange *exchange,
                        const struct simulate_result *result);

/* The answer's `count` pieces, compressed. NULL when it has failed the exchange, or that was
 * cancelled. */
struct parts *simulate_pack(struct exchange *exchange, size_t count,
                            const struct simulate_result *result);

#endif
