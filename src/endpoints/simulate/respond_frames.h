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
void simulate_respond_frames(struct request *request);

/* The columns of the frames. `here` are those of the frame that was computed last. */
struct simulate_frames {
    struct request *request;
    struct particle_set here; /* its ang_vel is the request's */
    size_t reserved;
    size_t next;
    struct simulate_frame frame; /* of `here` */
    unsigned threads;
};

/* Begins a frames: checks the domain of the whole run, makes room. False when it has failed the
 * request. */
bool simulate_frames_begin(struct simulate_frames *frames, struct request *request);

/* Computes the next frame. False after the last one, or when it has failed the request, or that
 * was cancelled; then frames->next tells. */
bool simulate_frames_next(struct simulate_frames *frames);

/* Frees what it holds. */
void simulate_frames_end(struct simulate_frames *frames);

#endif
