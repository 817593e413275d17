// Requests to the daemon that served the page. Paths are relative, so that the page works behind a proxy that
// serves the daemon under a path of its own.
import * as npy from './npy.js';
import {columns} from './particles.js';

// Larger sets are sent and received as .npy, which is exact and much faster to read and write than text. Smaller
// sets use JSON, which users can read in the tools of their browser.
const BINARY_ABOVE = 1000;

const NPY = 'application/x-npy';

// The daemon responded with a problem document.
export class ProblemError extends Error {
    constructor(problem, response) {
        super(problem.detail ?? problem.title);
        this.problem = problem;
        this.status = response.status;
        this.retryAfter = Number(response.headers.get('Retry-After') ?? 0);
        this.isTemporary = response.status === 503;
    }
}

// The daemon did not respond.
export class UnreachableError extends Error {}

const isAbort = (error) => error.name === 'AbortError';

// Awaits a network operation; a failure becomes an UnreachableError.
async function fromNetwork(promise) {
    try {
        return await promise;
    } catch (error) {
        throw isAbort(error) ? error : new UnreachableError('The daemon does not respond.');
    }
}

async function problemOf(response) {
    const text = await fromNetwork(response.text());
    try {
        return JSON.parse(text);
    } catch {
        return {title: `Status ${response.status}`, detail: text.slice(0, 200)};
    }
}

// The browser accepts compressed responses, but here compression costs more time than it saves.
const UNCOMPRESSED = {'Cache-Control': 'no-transform'};

async function send(path, init = {}) {
    const response = await fromNetwork(fetch(path, {cache: 'no-store', ...init}));
    if (!response.ok)
        throw new ProblemError(await problemOf(response), response);
    return response;
}

// Parses "receive;dur=0.030, parse;dur=0.010, ..." into {receive: 0.03, parse: 0.01, ...}, in milliseconds.
export function readServerTiming(header) {
    const phases = {};
    for (const [, name, duration] of (header ?? '').matchAll(/([\w-]+);dur=([\d.eE+-]+)/g))
        phases[name] = Number(duration);
    return phases;
}

// A state is {count, set, blob}. `set` is a particle set or a promise of one. `blob` holds the same particles as an
// .npy file, if the response was one.
export const stateOf = (set) => ({count: set.count, set});

async function simulateJson(state, path, signal) {
    const {x, y, ang_vel: angVel} = await state.set;
    const body = JSON.stringify({
        particles: {x: Array.from(x), y: Array.from(y), ang_vel: Array.from(angVel)},
    });
    const headers = {...UNCOMPRESSED, 'Content-Type': 'application/json'};
    const response = await send(path, {method: 'POST', body, headers, signal});
    const text = await fromNetwork(response.text());
    const {particles, steps} = JSON.parse(text);
    const set = columns(...['x', 'y', 'ang_vel'].map((name) => Float64Array.from(particles[name])));
    return {...stateOf(set), steps, response, format: 'JSON', sent: body.length, received: text.length};
}

// The body of the response is also the body of the next request, so it is kept as a blob. It is only decoded for
// drawing.
async function simulateNpy(state, path, signal) {
    const body = state.blob ?? new Blob([npy.encode(await state.set)]);
    const headers = {...UNCOMPRESSED, 'Content-Type': NPY, Accept: NPY};
    const response = await send(path, {method: 'POST', body, headers, signal});
    const blob = await fromNetwork(response.blob());
    return {
        count: state.count,
        blob,
        set: fromNetwork(blob.arrayBuffer()).then(npy.decode),
        steps: Number(response.headers.get('Particled-Steps')),
        response,
        format: 'NPY',
        sent: body.size,
        received: blob.size,
    };
}

let acceptsNpy = true; // until the daemon rejects it

// Sends one POST /simulate. Returns the new state with `steps`, `phases` (milliseconds), `format`, `sent` and
// `received` (bytes), and `elapsed` (milliseconds). Throws ProblemError, UnreachableError or an AbortError.
export async function simulate(state, {method, timestep, dt}, signal) {
    const path = `simulate?${new URLSearchParams({method, timestep, dt})}`;
    const start = performance.now();
    const isBinary = acceptsNpy && state.count > BINARY_ABOVE;
    let result;
    try {
        result = await (isBinary ? simulateNpy : simulateJson)(state, path, signal);
    } catch (error) {
        if (!isBinary || !(error instanceof ProblemError) || ![406, 415].includes(error.status))
            throw error;
        acceptsNpy = false;
        return simulate(state, {method, timestep, dt}, signal);
    }
    const {response, ...rest} = result;
    return {
        ...rest,
        phases: readServerTiming(response.headers.get('Server-Timing')),
        elapsed: performance.now() - start,
    };
}

export async function version(signal) {
    return fromNetwork((await send('version', {signal})).json());
}

// Runs the benchmark. Yields {report} when it ends.
export async function* bench(parameters, signal) {
    const response = await send(`bench?${new URLSearchParams(parameters)}`, {
        headers: {Accept: 'application/json'},
        signal,
    });
    yield {report: await fromNetwork(response.json())};
}
