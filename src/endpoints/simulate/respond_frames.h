/* POST /simulate with several frames: computed one after the other, and sent as they are computed.
 * For the simulate*.c files only; on a worker. */
#ifndef ENDPOINTS_SIMULATE_RESPOND_FRAMES_H
#define ENDPOINTS_SIMULATE_RESPOND_FRAMES_H

#include "endpoints/simulate/state.h"

/* A moment of the run. */
struct simulate_frame {
    int64_t step; /* 0 for the true circle */
    double time;
};

/* How many frames the request asks for. */
size_t simulate_frame_count(const struct simulate *simulate);

/* Frame `index`, from 0; the last one is the end of the run. */
struct simulate_frame simulate_frame_at(const struct simulate *simulate, size_t index);

/* Computes the frames, and streams them in the form of the answer. */
void simulate_frames(struct exchange *exchange);

/* The columns of the frames. `here` are those of the frame that was computed last. */
struct simulate_film {
    struct exchange *exchange;
    struct particle_set here; /* its ang_vel is the request's */
    size_t claimed;
    size_t next;
    struct simulate_frame frame; /* of `here` */
    unsigned threads;
};

/* Begins a film: checks the domain of the whole run, makes room. False when it has failed the
 * exchange. */
bool simulate_film_begin(struct simulate_film *film, struct exchange *exchange);

/* Computes the next frame. False after the last one, or when it has failed the exchange, or that
 * was cancelled; then film->next tells. */
bool simulate_film_next(struct simulate_film *film);

/* Frees what it holds. */
void simulate_film_end(struct simulate_film *film);

#endif
