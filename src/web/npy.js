// NumPy's .npy, as numpy.lib.format describes it: arrays of shape (n, 3), columns x, y, ang_vel.
// Written: version 1.0, little-endian doubles, Fortran order, so that each column lies in one piece.
import {columns} from './particles.js';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const ALIGNMENT = 64; // of the data

// True for what begins as such a file does.
export function isNpy(bytes) {
    return bytes.length >= MAGIC.length && MAGIC.every((byte, i) => bytes[i] === byte);
}

export function encode(set) {
    const text = `{'descr': '<f8', 'fortran_order': True, 'shape': (${set.count}, 3), }`;
    const before = MAGIC.length + 2 + 2;
    const start = Math.ceil((before + text.length + 1) / ALIGNMENT) * ALIGNMENT;
    const buffer = new ArrayBuffer(start + 24 * set.count);
    const head = new Uint8Array(buffer, 0, start);
    head.set([...MAGIC, 1, 0]);
    new DataView(buffer).setUint16(MAGIC.length + 2, start - before, true);
    const padded = text.padEnd(start - before - 1) + '\n';
    for (let i = 0; i < padded.length; i++)
        head[before + i] = padded.charCodeAt(i);
    [set.x, set.y, set.ang_vel].forEach((column, k) => {
        const at = start + 8 * set.count * k;
        if (isLittleEndian)
            new Float64Array(buffer, at, set.count).set(column);
        else
            column.forEach((value, i) => new DataView(buffer).setFloat64(at + 8 * i, value, true));
    });
    return buffer;
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

// The header: where the data begins, and how it lies.
function readHeader(buffer) {
    const bytes = new Uint8Array(buffer);
    if (!isNpy(bytes) || bytes.length < 12)
        throw new Error('This is not an .npy file.');
    const version = bytes[6];
    if (version < 1 || version > 3)
        throw new Error(`The .npy file is of version ${version}; 1 to 3 are known.`);
    const view = new DataView(buffer);
    const before = version === 1 ? 10 : 12;
    const start = before + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
    if (start > bytes.length)
        throw new Error('The header of the .npy file is cut off.');
    const text = new TextDecoder().decode(bytes.subarray(before, start));
    const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
    const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
    const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
    if (descr === undefined || order === undefined || shape === undefined)
        throw new Error('The header of the .npy file lacks descr, fortran_order or shape.');
    const type = /^([<>])f([48])$/.exec(descr);
    if (!type)
        throw new Error(`The .npy file has elements '${descr}'; '<f8' and '<f4' are known.`);
    const sizes = shape.split(',').map((part) => part.trim()).filter((part) => part !== '');
    if (sizes.length !== 2 || sizes[1] !== '3' || !/^\d+$/.test(sizes[0]))
        throw new Error(`The .npy file has the shape (${shape}); it must be (n, 3).`);
    return {
        start,
        count: Number(sizes[0]),
        size: Number(type[2]),
        little: type[1] === '<',
        fortran: order === 'True',
    };
}

export function decode(buffer) {
    const {start, count, size, little, fortran} = readHeader(buffer);
    if (buffer.byteLength - start !== 3 * count * size)
        throw new Error(`The .npy file should have ${3 * count * size} bytes of data, and has ` +
                        `${buffer.byteLength - start}.`);
    if (fortran && size === 8 && little && isLittleEndian && start % 8 === 0) {
        const column = (k) => new Float64Array(buffer, start + 8 * count * k, count);
        return columns(column(0), column(1), column(2));
    }
    const view = new DataView(buffer, start);
    const value = size === 8 ? (at) => view.getFloat64(at, little) : (at) => view.getFloat32(at, little);
    const column = (k) => Float64Array.from(
        {length: count}, (_, i) => value(size * (fortran ? k * count + i : 3 * i + k)));
    return columns(column(0), column(1), column(2));
}
