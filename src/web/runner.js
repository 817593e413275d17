// The animation: asks the daemon for one frame after the other and hands each out when it is due.
//
// A frame is one request for each side (one, or two that are compared); its answers' particles are
// the next frame's requests. Nothing is interpolated: what is shown was computed by the daemon. While a
// frame is drawn the next one is under way, and at most one waits undrawn.
import {Refusal, Unreachable, simulate, stateOf, version} from './daemon.js';

const READY_MAX = 2;
const RETRY_FIRST_S = 0.5;
const RETRY_MAX_S = 5;
// A display's frames come a little early or late.
const SLACK_MS = 4;

// Takes no steps and covers all of dt; the others cover steps times timestep.
const STEPLESS = 'analytic';

export class Runner {
    sides = []; // what is shown: {set, state, method, timestep, steps, time, answer}
    playing = false;
    trouble = null; // {kind: 'refused' | 'busy' | 'lost', ...} until it is over

    #initial = null;
    #options = {dt: '0.0125', rate: 60, sides: [{method: 'closed_form', timestep: '1e-5'}]};
    #head = []; // the latest sides known, from which the next frame starts
    #ready = []; // frames to show
    #decoding = 0; // frames whose bytes are being read
    #flight = null; // the requests under way: an AbortController
    #generation = 0; // what was asked for before this changed is of no interest any more
    #steps = 0; // frames to show although it does not play
    #due = 0;
    #held = false; // by a refusal: until something changes
    #away = false; // the page shows something else
    #retry = null; // a timer
    #retryS = RETRY_FIRST_S;
    #shown = []; // when the latest frames were shown
    #onChange;

    // `onChange(isNewFrame)` is called when sides, playing or trouble may have changed.
    constructor(onChange) {
        this.#onChange = onChange;
    }

    get initial() {
        return this.#initial;
    }

    // Begins with another set.
    load(set) {
        this.#initial = set;
        this.reset();
    }

    reset() {
        this.#rewind(this.#options.sides.map((side) => ({
            ...side,
            set: this.#initial,
            state: stateOf(this.#initial),
            steps: 0,
            time: 0,
        })));
    }

    // Puts other particles into all sides, and into what reset returns to: `change` makes a new
    // set of one.
    edit(change) {
        this.#initial = change(this.#initial);
        this.#rewind(this.sides.map((side) => {
            const set = change(side.set);
            return {...side, set, state: stateOf(set)};
        }));
    }

    // {dt, rate, sides: [{method, timestep}, ...]}. Two sides begin anew when what they compute
    // changes, so that they can be compared.
    configure(options) {
        const before = this.#options;
        this.#options = options;
        const now = JSON.stringify(options.sides);
        if (options.sides.length !== before.sides.length ||
            (options.sides.length > 1 && now !== JSON.stringify(before.sides))) {
            this.reset();
        } else if (now !== JSON.stringify(before.sides) || options.dt !== before.dt) {
            this.#rewind(this.sides.map((side, i) => ({...side, ...options.sides[i]})));
        }
    }

    play() {
        this.playing = true;
        this.#held = false;
        this.#due = 0;
        this.#shown = [];
        this.#pump();
        this.#onChange(false);
    }

    pause() {
        this.playing = false;
        this.#rewind(this.sides);
    }

    step() {
        this.playing = false;
        this.#held = false;
        this.#steps = 1;
        this.#pump();
        this.#onChange(false);
    }

    // Nothing moves while the page shows something else.
    setAway(away) {
        this.#away = away;
        this.#due = 0;
        this.#shown = [];
        this.#pump();
    }

    // Asks again before the time, or when it has come: for the next frame, or how the daemon is.
    async retryNow() {
        clearTimeout(this.#retry);
        this.#retry = null;
        if (this.#isWanted) {
            this.#pump();
            return;
        }
        try {
            await version();
            this.#recover();
        } catch (error) {
            this.#fail(error);
        }
    }

    get isBusy() {
        return !this.#away && !this.trouble &&
               (this.playing || this.#steps > 0 || this.#ready.length > 0);
    }

    // Frames a second, lately.
    get framesPerSecond() {
        const count = this.#shown.length;
        if (!this.playing || this.trouble || count < 2)
            return 0;
        return ((count - 1) * 1000) / (this.#shown[count - 1] - this.#shown[0]);
    }

    // Call at each frame of the display: shows the next frame if it is there and due.
    tick(now) {
        if (this.#ready.length > 0 && now >= this.#due - SLACK_MS) {
            const period = 1000 / this.#options.rate;
            this.#due = Math.max(this.#due + period, now - period);
            this.sides = this.#ready.shift();
            if (!this.playing)
                this.#steps = 0;
            const last = this.#shown.length - 1;
            this.#shown = [...this.#shown.filter((time, i) => time > now - 1000 || i === last), now];
            this.#onChange(true);
        }
        this.#pump();
    }

    // Shows these sides and forgets what was computed from others.
    #rewind(sides) {
        this.#generation++;
        this.#flight?.abort();
        this.#flight = null;
        this.#ready = [];
        this.#decoding = 0;
        this.#steps = 0;
        this.#held = false;
        const isNew = sides.some((side, i) => side.set !== this.sides[i]?.set);
        this.sides = sides;
        this.#head = sides;
        if (this.trouble?.kind === 'refused')
            this.trouble = null;
        this.#pump();
        this.#onChange(isNew);
    }

    get #isWanted() {
        const waiting = this.#ready.length + this.#decoding;
        return (this.playing || this.#steps > waiting) && waiting < READY_MAX && !this.#held &&
               !this.#away && this.#head.length > 0;
    }

    #pump() {
        if (this.#isWanted && !this.#flight && this.#retry === null)
            this.#launch();
    }

    async #launch() {
        const flight = new AbortController();
        const generation = this.#generation;
        const {dt, sides} = this.#options;
        this.#flight = flight;
        try {
            const head = await Promise.all(this.#head.map((side, i) =>
                advance(side, {...sides[i], dt}, i, flight.signal)));
            if (generation !== this.#generation)
                return;
            this.#flight = null;
            this.#head = head;
            this.#recover();
            this.#decoding++;
            this.#pump();
            const sets = await Promise.all(head.map((side) => side.state.set));
            if (generation !== this.#generation)
                return;
            this.#decoding--;
            this.#ready.push(head.map((side, i) => ({...side, set: sets[i]})));
            this.#onChange(false);
        } catch (error) {
            if (generation !== this.#generation)
                return;
            this.#generation++;
            this.#decoding = 0;
            flight.abort(); // the other side's
            this.#flight = null;
            this.#fail(error);
        }
    }

    #recover() {
        this.#retryS = RETRY_FIRST_S;
        if (this.trouble) {
            this.trouble = null;
            this.#onChange(false);
        }
    }

    #fail(error) {
        if (error instanceof Refusal && !error.isTemporary) {
            this.#held = true;
            this.#steps = 0;
            this.trouble = {kind: 'refused', problem: error.problem, side: error.side};
        } else if (error instanceof Refusal || error instanceof Unreachable) {
            const seconds = (error instanceof Refusal && error.retryAfter) || this.#retryS;
            this.#retryS = Math.min(2 * this.#retryS, RETRY_MAX_S);
            const kind = error instanceof Refusal ? 'busy' : 'lost';
            this.trouble = {kind, problem: error.problem, seconds};
            this.#retry = setTimeout(() => this.retryNow(), 1000 * seconds);
        } else {
            throw error;
        }
        this.#onChange(false);
    }
}

// A side after one more request.
async function advance(side, options, index, signal) {
    try {
        const answer = await simulate(side.state, options, signal);
        const covered = options.method === STEPLESS ? Number(options.dt)
                                                    : answer.steps * Number(options.timestep);
        return {
            ...side,
            ...options,
            state: {count: answer.count, set: answer.set, blob: answer.blob},
            steps: side.steps + answer.steps,
            time: side.time + covered,
            answer,
        };
    } catch (error) {
        error.side = index;
        throw error;
    }
}
