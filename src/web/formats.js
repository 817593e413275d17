// Reads particle sets from pasted text and files, and writes them for downloads.
import {columns, fromTriples, triples} from './particles.js';
import * as npy from './npy.js';

const NAMES = ['x', 'y', 'ang_vel'];
const OPTIONS = ['dt', 'timestep', 'method'];

function number(value, name) {
    if (typeof value !== 'number' || !Number.isFinite(value))
        throw new Error(`${name} is not a number.`);
    return value;
}

// `particles` has one of the three shapes that POST /simulate accepts.
function fromJson(particles) {
    if (Array.isArray(particles))
        return fromTriples(particles.map((particle, i) => NAMES.map((name, k) => number(
            Array.isArray(particle) ? particle[k] : particle?.[name], `${name} of particle ${i}`))));
    if (!NAMES.every((name) => Array.isArray(particles?.[name])))
        throw new Error('The JSON contains no particles: expected objects, triples, or columns x, y and ang_vel.');
    const sizes = NAMES.map((name) => particles[name].length);
    if (new Set(sizes).size !== 1)
        throw new Error(`The columns have different lengths: ${sizes.join(', ')}.`);
    const [x, y, angVel] = NAMES.map((name) => Float64Array.from(
        particles[name], (value, i) => number(value, `${name} of particle ${i}`)));
    return columns(x, y, angVel);
}

// Reads a complete request or response of POST /simulate, or only its particles.
function readJson(text) {
    let root;
    try {
        root = JSON.parse(text);
    } catch (error) {
        throw new Error(`The text is not valid JSON: ${error.message}`);
    }
    const isDocument = root !== null && typeof root === 'object' && 'particles' in root;
    const options = {};
    for (const name of OPTIONS)
        if (isDocument && ['number', 'string'].includes(typeof root[name]))
            options[name] = String(root[name]);
    return {set: fromJson(isDocument ? root.particles : root), options};
}

function readCsv(text) {
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
    const cells = (line) => line.split(',').map((cell) => cell.trim());
    let order = [0, 1, 2];
    let firstRow = 0;
    if (lines.length > 0 && /[a-z_]/i.test(lines[0].replace(/e[+-]?\d/gi, ''))) {
        const header = cells(lines[0]);
        order = NAMES.map((name) => header.indexOf(name));
        if (order.includes(-1))
            throw new Error('The first line of the CSV must name the columns x,y,ang_vel.');
        firstRow = 1;
    }
    return fromTriples(lines.slice(firstRow).map((line, i) => {
        const row = cells(line);
        return order.map((k) => number(row[k] ? Number(row[k]) : NaN,
                                       `“${row[k] ?? ''}” in line ${firstRow + i + 1}`));
    }));
}

// Reads JSON or CSV. Returns {set, options}; throws an Error with a message for the user.
export function readText(text) {
    const result = /^\s*[[{]/.test(text) ? readJson(text) : {set: readCsv(text), options: {}};
    if (result.set.count === 0)
        throw new Error('The text or file contains no particles.');
    return result;
}

// Reads JSON, CSV or .npy.
export function readBytes(buffer) {
    if (!npy.isNpy(new Uint8Array(buffer)))
        return readText(new TextDecoder().decode(buffer));
    const set = npy.decode(buffer);
    if (set.count === 0)
        throw new Error('The text or file contains no particles.');
    return {set, options: {}};
}

// A body for POST /simulate, with one particle per line.
export function writeJson(set) {
    return `{"particles":[\n${triples(set).map((particle) => JSON.stringify(particle)).join(',\n')}\n]}\n`;
}

export function writeCsv(set) {
    return `${NAMES.join(',')}\n${triples(set).map((particle) => particle.join(',')).join('\n')}\n`;
}

export const kinds = {
    json: {type: 'application/json', write: writeJson},
    csv: {type: 'text/csv', write: writeCsv},
    npy: {type: 'application/x-npy', write: npy.encode},
};
