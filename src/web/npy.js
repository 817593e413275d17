// Reads and writes NumPy's .npy format, as numpy.lib.format describes it: arrays of shape (n, 3) with the columns
// x, y, ang_vel. Files are written as version 1.0, little-endian doubles, Fortran order: each column is contiguous.
import {columns} from './particles.js';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
const ALIGNMENT = 64; // of the data

// True if the bytes start like an .npy file.
export function isNpy(bytes) {
    return bytes.length >= MAGIC.length && MAGIC.every((byte, i) => bytes[i] === byte);
}

export function encode(set) {
    const header = `{'descr': '<f8', 'fortran_order': True, 'shape': (${set.count}, 3), }`;
    const headerStart = MAGIC.length + 2 + 2;
    const dataStart = Math.ceil((headerStart + header.length + 1) / ALIGNMENT) * ALIGNMENT;
    const buffer = new ArrayBuffer(dataStart + 24 * set.count);
    const bytes = new Uint8Array(buffer, 0, dataStart);
    bytes.set([...MAGIC, 1, 0]);
    new DataView(buffer).setUint16(MAGIC.length + 2, dataStart - headerStart, true);
    const padded = header.padEnd(dataStart - headerStart - 1) + '\n';
    for (let i = 0; i < padded.length; i++)
        bytes[headerStart + i] = padded.charCodeAt(i);
    [set.x, set.y, set.ang_vel].forEach((column, k) => {
        const offset = dataStart + 8 * set.count * k;
        if (isLittleEndian)
            new Float64Array(buffer, offset, set.count).set(column);
        else
            column.forEach((value, i) => new DataView(buffer).setFloat64(offset + 8 * i, value, true));
    });
    return buffer;
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

// Returns where the data starts and how it is laid out.
function readHeader(buffer) {
    const bytes = new Uint8Array(buffer);
    if (!isNpy(bytes) || bytes.length < 12)
        throw new Error('This is not an .npy file.');
    const version = bytes[6];
    if (version < 1 || version > 3)
        throw new Error(`The .npy file has version ${version}; versions 1 to 3 are supported.`);
    const view = new DataView(buffer);
    const headerStart = version === 1 ? 10 : 12;
    const dataStart = headerStart + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
    if (dataStart > bytes.length)
        throw new Error('The header of the .npy file is incomplete.');
    const text = new TextDecoder().decode(bytes.subarray(headerStart, dataStart));
    const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
    const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
    const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
    if (descr === undefined || order === undefined || shape === undefined)
        throw new Error('The header of the .npy file has no descr, fortran_order or shape.');
    const type = /^([<>])f([48])$/.exec(descr);
    if (!type)
        throw new Error(`The .npy file has elements '${descr}'; '<f8' and '<f4' are supported.`);
    const sizes = shape.split(',').map((part) => part.trim()).filter((part) => part !== '');
    if (sizes.length !== 2 || sizes[1] !== '3' || !/^\d+$/.test(sizes[0]))
        throw new Error(`The .npy file has the shape (${shape}); it must be (n, 3).`);
    return {
        dataStart,
        count: Number(sizes[0]),
        size: Number(type[2]),
        little: type[1] === '<',
        fortran: order === 'True',
    };
}

export function decode(buffer) {
    const {dataStart, count, size, little, fortran} = readHeader(buffer);
    if (buffer.byteLength - dataStart !== 3 * count * size)
        throw new Error(`The .npy file has ${buffer.byteLength - dataStart} bytes of data; its shape needs ` +
                        `${3 * count * size}.`);
    if (fortran && size === 8 && little && isLittleEndian && dataStart % 8 === 0) {
        const column = (k) => new Float64Array(buffer, dataStart + 8 * count * k, count);
        return columns(column(0), column(1), column(2));
    }
    const view = new DataView(buffer, dataStart);
    const value = size === 8 ? (offset) => view.getFloat64(offset, little)
                             : (offset) => view.getFloat32(offset, little);
    const column = (k) => Float64Array.from(
        {length: count}, (_, i) => value(size * (fortran ? k * count + i : 3 * i + k)));
    return columns(column(0), column(1), column(2));
}
