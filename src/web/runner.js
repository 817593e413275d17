// Runs the animation: requests one frame after the other from the daemon and shows each when it is due.
//
// A frame needs one request for each side (one side, or two that are compared). The particles in a response are
// sent in the request for the next frame. Nothing is interpolated: the daemon has computed everything that is shown.
// The next frame is requested while the current one is drawn. At most READY_MAX frames wait to be shown.
import {ProblemError, UnreachableError, simulate, stateOf, version} from './daemon.js';

const READY_MAX = 2;
const RETRY_FIRST_S = 0.5;
const RETRY_MAX_S = 5;
// The frames of a display may be early or late by this much.
const SLACK_MS = 4;

// This method takes no steps and covers all of dt. The others cover steps times timestep.
const STEPLESS_METHOD = 'analytic';

export class Runner {
    sides = []; // shown now: {set, state, method, timestep, steps, time, response}
    playing = false;
    error = null; // {kind: 'rejected' | 'busy' | 'unreachable', problem, side, seconds}, until it is resolved

    #initial = null;
    #options = {dt: '0.0125', rate: 60, sides: [{method: 'closed_form', timestep: '1e-5'}]};
    #latest = []; // the latest computed sides: the next frame starts from them
    #ready = []; // frames to show
    #decoding = 0; // number of frames whose bytes are being read
    #abort = null; // the AbortController of the requests in flight
    #generation = 0; // a change of it makes earlier requests obsolete
    #singleFrames = 0; // frames to show while the animation is paused
    #due = 0; // when to show the next frame
    #isBlocked = false; // by a rejected request, until something changes
    #isSuspended = false;
    #retry = null; // a timer
    #retryS = RETRY_FIRST_S;
    #shownAt = []; // when the frames of the last second were shown
    #onChange;

    // Calls `onChange(isNewFrame)` when sides, playing or error may have changed.
    constructor(onChange) {
        this.#onChange = onChange;
    }

    get initial() {
        return this.#initial;
    }

    // Starts with another set.
    load(set) {
        this.#initial = set;
        this.reset();
    }

    reset() {
        this.#continueFrom(this.#options.sides.map((side) => ({
            ...side,
            set: this.#initial,
            state: stateOf(this.#initial),
            steps: 0,
            time: 0,
        })));
    }

    // Changes the particles of all sides, and the particles that reset() restores. `change` returns a new set
    // for a set.
    edit(change) {
        this.#initial = change(this.#initial);
        this.#continueFrom(this.sides.map((side) => {
            const set = change(side.set);
            return {...side, set, state: stateOf(set)};
        }));
    }

    // `options` is {dt, rate, sides: [{method, timestep}, ...]}. Two sides are reset when a method or a timestep
    // changes, so that they stay comparable.
    configure(options) {
        const before = this.#options;
        this.#options = options;
        const sides = JSON.stringify(options.sides);
        if (options.sides.length !== before.sides.length ||
            (options.sides.length > 1 && sides !== JSON.stringify(before.sides))) {
            this.reset();
        } else if (sides !== JSON.stringify(before.sides) || options.dt !== before.dt) {
            this.#continueFrom(this.sides.map((side, i) => ({...side, ...options.sides[i]})));
        }
    }

    play() {
        this.playing = true;
        this.#isBlocked = false;
        this.#due = 0;
        this.#shownAt = [];
        this.#requestIfNeeded();
        this.#onChange(false);
    }

    pause() {
        this.playing = false;
        this.#continueFrom(this.sides);
    }

    step() {
        this.playing = false;
        this.#isBlocked = false;
        this.#singleFrames = 1;
        this.#requestIfNeeded();
        this.#onChange(false);
    }

    // The animation is suspended while the page shows another tab.
    setSuspended(isSuspended) {
        this.#isSuspended = isSuspended;
        this.#due = 0;
        this.#shownAt = [];
        this.#requestIfNeeded();
    }

    // Retries at once: requests the next frame, or, if none is needed, asks whether the daemon responds.
    async retryNow() {
        clearTimeout(this.#retry);
        this.#retry = null;
        if (this.#needsFrame) {
            this.#requestIfNeeded();
            return;
        }
        try {
            await version();
            this.#clearError();
        } catch (error) {
            this.#fail(error);
        }
    }

    get isActive() {
        return !this.#isSuspended && !this.error &&
               (this.playing || this.#singleFrames > 0 || this.#ready.length > 0);
    }

    // Measured over the last second.
    get framesPerSecond() {
        const count = this.#shownAt.length;
        if (!this.playing || this.error || count < 2)
            return 0;
        return ((count - 1) * 1000) / (this.#shownAt[count - 1] - this.#shownAt[0]);
    }

    // Call this for each frame of the display. It shows the next frame if that is ready and due.
    tick(now) {
        if (this.#ready.length > 0 && now >= this.#due - SLACK_MS) {
            const period = 1000 / this.#options.rate;
            this.#due = Math.max(this.#due + period, now - period);
            this.sides = this.#ready.shift();
            if (!this.playing)
                this.#singleFrames = 0;
            const last = this.#shownAt.length - 1;
            this.#shownAt = [...this.#shownAt.filter((time, i) => time > now - 1000 || i === last), now];
            this.#onChange(true);
        }
        this.#requestIfNeeded();
    }

    // Shows these sides and discards frames that were computed from others.
    #continueFrom(sides) {
        this.#generation++;
        this.#abort?.abort();
        this.#abort = null;
        this.#ready = [];
        this.#decoding = 0;
        this.#singleFrames = 0;
        this.#isBlocked = false;
        const isNew = sides.some((side, i) => side.set !== this.sides[i]?.set);
        this.sides = sides;
        this.#latest = sides;
        if (this.error?.kind === 'rejected')
            this.error = null;
        this.#requestIfNeeded();
        this.#onChange(isNew);
    }

    get #needsFrame() {
        const waiting = this.#ready.length + this.#decoding;
        return (this.playing || this.#singleFrames > waiting) && waiting < READY_MAX && !this.#isBlocked &&
               !this.#isSuspended && this.#latest.length > 0;
    }

    #requestIfNeeded() {
        if (this.#needsFrame && !this.#abort && this.#retry === null)
            this.#requestFrame();
    }

    async #requestFrame() {
        const abort = new AbortController();
        const generation = this.#generation;
        const {dt, sides} = this.#options;
        this.#abort = abort;
        try {
            const latest = await Promise.all(this.#latest.map((side, i) =>
                advance(side, {...sides[i], dt}, i, abort.signal)));
            if (generation !== this.#generation)
                return;
            this.#abort = null;
            this.#latest = latest;
            this.#clearError();
            this.#decoding++;
            this.#requestIfNeeded();
            const sets = await Promise.all(latest.map((side) => side.state.set));
            if (generation !== this.#generation)
                return;
            this.#decoding--;
            this.#ready.push(latest.map((side, i) => ({...side, set: sets[i]})));
            this.#onChange(false);
        } catch (error) {
            if (generation !== this.#generation)
                return;
            this.#generation++;
            this.#decoding = 0;
            abort.abort(); // also cancels the request of the other side
            this.#abort = null;
            this.#fail(error);
        }
    }

    #clearError() {
        this.#retryS = RETRY_FIRST_S;
        if (this.error) {
            this.error = null;
            this.#onChange(false);
        }
    }

    #fail(error) {
        if (error instanceof ProblemError && !error.isTemporary) {
            this.#isBlocked = true;
            this.#singleFrames = 0;
            this.error = {kind: 'rejected', problem: error.problem, side: error.side};
        } else if (error instanceof ProblemError || error instanceof UnreachableError) {
            const seconds = (error instanceof ProblemError && error.retryAfter) || this.#retryS;
            this.#retryS = Math.min(2 * this.#retryS, RETRY_MAX_S);
            const kind = error instanceof ProblemError ? 'busy' : 'unreachable';
            this.error = {kind, problem: error.problem, seconds};
            this.#retry = setTimeout(() => this.retryNow(), 1000 * seconds);
        } else {
            throw error;
        }
        this.#onChange(false);
    }
}

// Sends one request for a side. Returns the side after it.
async function advance(side, options, index, signal) {
    try {
        const response = await simulate(side.state, options, signal);
        const covered = options.method === STEPLESS_METHOD ? Number(options.dt)
                                                           : response.steps * Number(options.timestep);
        return {
            ...side,
            ...options,
            state: {count: response.count, set: response.set, blob: response.blob},
            steps: side.steps + response.steps,
            time: side.time + covered,
            response,
        };
    } catch (error) {
        error.side = index;
        throw error;
    }
}
