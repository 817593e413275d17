// The modules that need no browser: .npy, other formats, the address, the curl command.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import test from 'node:test';
import * as address from '../../src/web/address.js';
import {readServerTiming} from '../../src/web/daemon.js';
import {curlCommand} from '../../src/web/dialogs.js';
import {readBytes, readText, writeCsv, writeJson} from '../../src/web/formats.js';
import * as npy from '../../src/web/npy.js';
import {distances, fromTriples, triples, withParticle, withoutParticle} from '../../src/web/particles.js';
import {presets, settings} from '../../src/web/presets.js';
import {bytes, duration, powerOfTen, scientific, si} from '../../src/web/number_format.js';

const THREE = [[0.3, 0.5, 1], [0, -0.5, -1], [-0.1, -0.4, 3]];

// The output of numpy.save of NumPy 1.24 for THREE: <f8 in C and Fortran order, <f4 in C order.
const SAVED = {
    c: 'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAozMzMzMzPTPwAAAAAAAOA/AAAAAAAA8D8AAAAAAAAAAAAAAAAAAOC/AAAAAAAA8L+amZmZmZm5v5qZmZmZmdm/AAAAAAAACEA=',
    fortran: 'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMywgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAozMzMzMzPTPwAAAAAAAAAAmpmZmZmZub8AAAAAAADgPwAAAAAAAOC/mpmZmZmZ2b8AAAAAAADwPwAAAAAAAPC/AAAAAAAACEA=',
    f4: 'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDMpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAqamZk+AAAAPwAAgD8AAAAAAAAAvwAAgL/NzMy9zczMvgAAQEA=',
};

const bufferOf = (base64) => Uint8Array.from(Buffer.from(base64, 'base64')).buffer;

// An .npy file with this header, this version and this data.
function file(header, data, version = 1) {
    const size = version === 1 ? Uint16Array.of(header.length) : Uint32Array.of(header.length);
    return Uint8Array.from([0x93, ...Buffer.from('NUMPY'), version, 0, ...new Uint8Array(size.buffer),
                            ...Buffer.from(header), ...new Uint8Array(data)]).buffer;
}

const headerOf = (descr, order, shape) => `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

test('.npy files of NumPy are read', () => {
    assert.deepEqual(triples(npy.decode(bufferOf(SAVED.c))), THREE);
    assert.deepEqual(triples(npy.decode(bufferOf(SAVED.fortran))), THREE);
    assert.deepEqual(triples(npy.decode(bufferOf(SAVED.f4))), THREE.map((row) => row.map(Math.fround)));
});

test('.npy files are written byte for byte as NumPy writes them', () => {
    assert.deepEqual(Buffer.from(npy.encode(fromTriples(THREE))), Buffer.from(bufferOf(SAVED.fortran)));
});

test('.npy of any size is written and read without a change of bits', () => {
    for (const count of [1, 2, 9, 10, 99, 100, 1000, 99999, 100000]) {
        const set = fromTriples(Array.from({length: count}, (_, i) => [Math.sin(i), -0, 5e-324 * i]));
        const buffer = npy.encode(set);
        assert.equal((buffer.byteLength - 24 * count) % 64, 0);
        const back = npy.decode(buffer);
        assert.equal(back.count, count);
        for (const name of ['x', 'y', 'ang_vel'])
            assert.deepEqual(Buffer.from(back[name].slice().buffer), Buffer.from(set[name].buffer));
    }
});

test('other versions, orders and byte orders of .npy are read', () => {
    const rows = new Float64Array([1, 2, 3, 4, 5, 6]);
    const swapped = Buffer.from(rows.buffer.slice(0)).swap64();
    for (const version of [1, 2, 3]) {
        for (const [order, expected] of [['False', [[1, 2, 3], [4, 5, 6]]], ['True', [[1, 3, 5], [2, 4, 6]]]]) {
            const saved = file(headerOf('<f8', order, '(2, 3)'), rows.buffer, version);
            assert.deepEqual(triples(npy.decode(saved)), expected);
        }
    }
    assert.deepEqual(triples(npy.decode(file(headerOf('>f8', 'False', '(2,3,)'), swapped))), [[1, 2, 3], [4, 5, 6]]);
});

test('an invalid .npy file gets a precise error', () => {
    const data = new ArrayBuffer(48);
    const rows = [
        [new ArrayBuffer(0), /not an \.npy/],
        [bufferOf(SAVED.c).slice(0, 9), /not an \.npy/],
        [bufferOf(SAVED.c).slice(0, 100), /incomplete/],
        [bufferOf(SAVED.c).slice(0, 199), /needs 72/],
        [file(headerOf('<f8', 'False', '(2, 3)'), new ArrayBuffer(49)), /needs 48/],
        [file(headerOf('<f8', 'False', '(2, 3)'), data, 4), /version 4/],
        [file(headerOf('<i8', 'False', '(2, 3)'), data), /'<i8'/],
        [file(headerOf('<f8', 'False', '(6,)'), data), /\(6,\)/],
        [file(headerOf('<f8', 'False', '(3, 2)'), data), /\(3, 2\)/],
        [file(headerOf('<f8', 'False', '(-2, 3)'), data), /\(-2, 3\)/],
        [file("{'descr': '<f8'}\n", data), /has no descr/],
    ];
    for (const [buffer, message] of rows)
        assert.throws(() => npy.decode(buffer), message);
});

test('JSON is read in all three shapes', () => {
    const objects = THREE.map(([x, y, ang_vel]) => ({x, y, ang_vel}));
    const [x, y, ang_vel] = [0, 1, 2].map((k) => THREE.map((row) => row[k]));
    for (const particles of [objects, THREE, {x, y, ang_vel}]) {
        assert.deepEqual(triples(readText(JSON.stringify({particles})).set), THREE);
        assert.deepEqual(triples(readText(JSON.stringify(particles, null, 2)).set), THREE);
    }
    const {options} = readText(JSON.stringify({particles: THREE, dt: 0.5, timestep: 1e-5, method: 'euler', steps: 3}));
    assert.deepEqual(options, {dt: '0.5', timestep: '0.00001', method: 'euler'});
});

test('CSV is read, with its columns in any order', () => {
    assert.deepEqual(triples(readText('x,y,ang_vel\r\n0.3,0.5,1\r\n0,-0.5,-1\r\n-0.1,-4e-1,3\r\n').set), THREE);
    assert.deepEqual(triples(readText('ang_vel, x, y\n3, 1, 2\n\n').set), [[1, 2, 3]]);
    assert.deepEqual(triples(readText('1e-3,2E5,3').set), [[0.001, 200000, 3]]);
});

test('text that is not a particle set gets a precise error', () => {
    const rows = [
        ['', /no particle/], ['[]', /no particle/], ['{"particles":[]}', /no particle/],
        ['{"x":[1],"y":[1,2],"ang_vel":[1]}', /different lengths: 1, 2, 1/],
        ['[[1,2]]', /ang_vel of particle 0/], ['[{"x":1,"y":"2","ang_vel":3}]', /y of particle 0/],
        ['[[1,2,3],[1,null,3]]', /y of particle 1/], ['{"a":1}', /no particles/], ['[1', /not valid JSON/],
        ['hello', /x,y,ang_vel/], ['x,y\n1,2', /x,y,ang_vel/], ['x,y,ang_vel\n1,2,z', /“z” in line 2/],
        ['1,2', /“” in line 1/], ['1,2,Infinity', /x,y,ang_vel/],
    ];
    for (const [text, message] of rows)
        assert.throws(() => readText(text), message, text);
});

test('saved files are read again', () => {
    const set = fromTriples([...THREE, [1e-300, 123456.789, -0.1]]);
    for (const text of [writeJson(set), writeCsv(set)])
        assert.deepEqual(triples(readBytes(Buffer.from(text)).set), triples(set));
    assert.deepEqual(triples(readBytes(npy.encode(set)).set), triples(set));
});

test('particles can be added, removed and compared', () => {
    const set = fromTriples(THREE);
    const four = withParticle(set, [1, 2, 3]);
    assert.deepEqual(triples(four), [...THREE, [1, 2, 3]]);
    assert.deepEqual(triples(withoutParticle(four, 1)), [THREE[0], THREE[2], [1, 2, 3]]);
    assert.deepEqual(triples(set), THREE);
    const moved = fromTriples([[0.3, 0.5, 1], [3, 3.5, -1], [-0.1, -0.4, 3]]);
    assert.deepEqual(distances(set, moved), {largest: 5, rms: 5 / Math.sqrt(3)});
});

test('every preset returns the same set each time, with all particles in view', () => {
    for (const [name, preset] of Object.entries(presets)) {
        const set = preset.make();
        assert.deepEqual(set, preset.make(), name);
        for (let i = 0; i < set.count; i++)
            assert.ok(Math.max(Math.abs(set.x[i]), Math.abs(set.y[i])) <= 1.01 && Number.isFinite(set.ang_vel[i]), name);
    }
    const {make} = presets.disc;
    const set = make();
    const angular = (i) => set.ang_vel[i] / radius(i);
    const radius = (i) => Math.hypot(set.x[i], set.y[i]);
    const order = Array.from(set.x.keys()).sort((a, b) => radius(a) - radius(b));
    for (let k = 1; k < order.length; k++)
        assert.ok(angular(order[k]) <= angular(order[k - 1]) * (1 + 1e-9));
});

test('the address holds the settings that differ from the preset, and they are read again', () => {
    assert.equal(address.write(settings, null, 'simulation'), '');
    const changed = {...settings, preset: 'ring', method: 'euler', timestep: '1e-3', trails: false, compare: true};
    const set = fromTriples(THREE);
    for (const customSet of [null, set]) {
        for (const tab of ['simulation', 'benchmark']) {
            const text = address.write(customSet ? {...changed, preset: 'custom'} : changed, customSet, tab);
            const back = address.read(text);
            assert.deepEqual(back.settings, customSet ? {...changed, preset: 'custom'} : changed);
            assert.deepEqual(back.customSet && triples(back.customSet), customSet && THREE);
            assert.equal(back.tab, tab);
        }
    }
    for (const text of ['#preset=none', '#particles=1,2', '#preset=custom', '#preset=__proto__', '#%',
                        '#tab=x&&=', '#rate=7', '#rate=NaN',
                        '#preset=custom&particles=a,b,c'])
        assert.deepEqual(address.read(text).settings, settings, text);
});

test('the curl command quotes its arguments for the shell', () => {
    const options = {method: "eu'ler", timestep: "1e-5'; echo no; '", dt: '$(echo no) & `'};
    const command = curlCommand(fromTriples(THREE), options, 'http://127.0.0.1:8080/');
    assert.match(command, /^curl /);
    const script = `printf '%s\\n' ${command.slice('curl '.length)}`;
    const words = execFileSync('sh', ['-c', script], {encoding: 'utf8'}).trimEnd().split('\n');
    assert.equal(words.length, 3);
    const query = new URL(words[0]).searchParams;
    assert.deepEqual(Object.fromEntries(query), options);
    assert.deepEqual(JSON.parse(words[2]), {particles: THREE});
});

test('Server-Timing is parsed', () => {
    assert.deepEqual(readServerTiming('receive;dur=0.030, parse;dur=0.010, total;dur=1.5e2'),
                     {receive: 0.03, parse: 0.01, total: 150});
    assert.deepEqual(readServerTiming(null), {});
});

test('numbers are formatted for display', () => {
    const plain = (text) => text.replaceAll('\u202f', ' ');
    assert.deepEqual([0, 7, 999, 1234, 999999, 2.5e9].map(si).map(plain),
                     ['0 ', '7 ', '999 ', '1.23 k', '1.00 M', '2.50 G']);
    assert.deepEqual([4.9e-6, 0.0025, 1, 61.1, 2e-12].map(duration).map(plain),
                     ['4.90 µs', '2.50 ms', '1.00 s', '61.1 s', '2.00 ps']);
    assert.deepEqual([999, 2400128].map(bytes).map(plain), ['999 B', '2.40 MB']);
    assert.deepEqual([-6, 0, 12].map(powerOfTen), ['10⁻⁶', '10⁰', '10¹²']);
    assert.deepEqual([0, 0.5, 3.2e-6].map(scientific).map(plain), ['0', '0.500', '3.2 · 10⁻⁶']);
});
