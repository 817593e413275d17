// What the page asks of the daemon that served it. Paths are relative, so that the page works behind
// a proxy that puts the daemon somewhere below its root.
import * as npy from './npy.js';
import {columns} from './particles.js';

// More particles than this travel as .npy in both directions: exact, and far quicker to read and
// write than text. Fewer travel as JSON, which people can read in their browser's tools.
const BINARY_ABOVE = 1000;

const NPY = 'application/x-npy';

// The daemon has answered, with a problem document.
export class Refusal extends Error {
    constructor(problem, answer) {
        super(problem.detail ?? problem.title);
        this.problem = problem;
        this.status = answer.status;
        this.retryAfter = Number(answer.headers.get('Retry-After') ?? 0);
        this.isTemporary = answer.status === 503;
    }
}

// It has not answered.
export class Unreachable extends Error {}

const isAbort = (error) => error.name === 'AbortError';

// The value of the promise of anything that is read from the network.
async function arrived(promise) {
    try {
        return await promise;
    } catch (error) {
        throw isAbort(error) ? error : new Unreachable('The daemon does not answer.');
    }
}

async function problemOf(answer) {
    const text = await arrived(answer.text());
    try {
        return JSON.parse(text);
    } catch {
        return {title: `Status ${answer.status}`, detail: text.slice(0, 200)};
    }
}

// The browser says that it takes compressed answers, which would cost more than they save here.
const AS_IT_IS = {'Cache-Control': 'no-transform'};

async function send(path, init = {}) {
    const answer = await arrived(fetch(path, {cache: 'no-store', ...init}));
    if (!answer.ok)
        throw new Refusal(await problemOf(answer), answer);
    return answer;
}

// "receive;dur=0.030, parse;dur=0.010, ..." as {receive: 0.03, parse: 0.01, ...}, in milliseconds.
export function readServerTiming(header) {
    const phases = {};
    for (const [, name, duration] of (header ?? '').matchAll(/([\w-]+);dur=([\d.eE+-]+)/g))
        phases[name] = Number(duration);
    return phases;
}

// A state is {count, set, blob}: `set` is a particle set or the promise of one, `blob` the same
// as an .npy file, if it came as one.
export const stateOf = (set) => ({count: set.count, set});

async function simulateJson(state, path, signal) {
    const {x, y, ang_vel: angVel} = await state.set;
    const body = JSON.stringify({
        particles: {x: Array.from(x), y: Array.from(y), ang_vel: Array.from(angVel)},
    });
    const headers = {...AS_IT_IS, 'Content-Type': 'application/json'};
    const answer = await send(path, {method: 'POST', body, headers, signal});
    const text = await arrived(answer.text());
    const {particles, steps} = JSON.parse(text);
    const set = columns(...['x', 'y', 'ang_vel'].map((name) => Float64Array.from(particles[name])));
    return {...stateOf(set), steps, answer, format: 'JSON', sent: body.length, received: text.length};
}

// The answer is the next request as it is: it is kept as a blob, and read only to be drawn.
async function simulateNpy(state, path, signal) {
    const body = state.blob ?? new Blob([npy.encode(await state.set)]);
    const headers = {...AS_IT_IS, 'Content-Type': NPY, Accept: NPY};
    const answer = await send(path, {method: 'POST', body, headers, signal});
    const blob = await arrived(answer.blob());
    return {
        count: state.count,
        blob,
        set: arrived(blob.arrayBuffer()).then(npy.decode),
        steps: Number(answer.headers.get('Particled-Steps')),
        answer,
        format: 'NPY',
        sent: body.size,
        received: blob.size,
    };
}

let takesNpy = true; // until it says that it does not

// One request of POST /simulate. Returns the new state with `steps`, `phases`, `format`, `sent`,
// `received` (bytes) and `elapsed` (milliseconds). Throws Refusal, Unreachable or an AbortError.
export async function simulate(state, {method, timestep, dt}, signal) {
    const path = `simulate?${new URLSearchParams({method, timestep, dt})}`;
    const begun = performance.now();
    const binary = takesNpy && state.count > BINARY_ABOVE;
    let result;
    try {
        result = await (binary ? simulateNpy : simulateJson)(state, path, signal);
    } catch (error) {
        if (!binary || !(error instanceof Refusal) || ![406, 415].includes(error.status))
            throw error;
        takesNpy = false;
        return simulate(state, {method, timestep, dt}, signal);
    }
    const {answer, ...rest} = result;
    return {
        ...rest,
        phases: readServerTiming(answer.headers.get('Server-Timing')),
        elapsed: performance.now() - begun,
    };
}

export async function version(signal) {
    return arrived((await send('version', {signal})).json());
}

// Runs the benchmark. Yields what comes: {report} at the end.
export async function* bench(parameters, signal) {
    const answer = await send(`bench?${new URLSearchParams(parameters)}`, {
        headers: {Accept: 'application/json'},
        signal,
    });
    yield {report: await arrived(answer.json())};
}
