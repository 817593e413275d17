// The animation: particles move to the positions that the daemon computes.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
    THREE, assertNear, drawnShareOf, openPage, particlesOf, pauseAt, referenceParticles, shared, stateOf, until,
    useBrowser,
} from './harness.js';

useBrowser();

const angle = ([x, y]) => Math.atan2(y, x);

test('the animation starts by itself, and the particles have the expected angular velocities', async (t) => {
    const page = await openPage(t);
    await until(page, ({playing, sides}) => playing && sides[0].time > 0);
    await page.click('#play');
    await page.click('#reset');
    for (let frame = 1; frame <= 4; frame++) {
        await page.click('#step');
        await until(page, ({sides}) => sides[0].steps === 1250 * frame);
    }
    const {sides: [{time}]} = await stateOf(page);
    assert.ok(Math.abs(time - 0.05) < 1e-12);
    const angularVelocities = (await particlesOf(page)).map(
        (particle, i) => (angle(particle) - angle(THREE[i])) / time);
    // anticlockwise by 1 / 0.583, clockwise by 1 / 0.5, anticlockwise by 3 / 0.412
    assertNear([angularVelocities], [[1.715, -2, 7.276]], 0.001);
});

for (const method of ['closed_form', 'analytic', 'euler', 'fast', 'reference']) {
    test(`${method}: the particles agree with the published loop`, async (t) => {
        const page = await openPage(t, {hash: `#method=${method}`});
        const {sides: [side]} = await pauseAt(page, 0.2);
        assert.equal(side.method, method);
        assert.equal(side.steps === 0, method === 'analytic');
        const steps = Math.round(side.time / 1e-5);
        // analytic follows the circle, the published loop a polygon
        assertNear(await particlesOf(page), await referenceParticles(shared.daemon, THREE, steps, 1e-5),
             method === 'analytic' ? 1e-3 : 1e-9);
    });
}

test('the canvas is drawn, and each frame is different', async (t) => {
    const page = await openPage(t);
    const pictures = new Set();
    for (const time of [0.1, 0.3, 0.5]) {
        await until(page, ({sides}) => sides[0].time > time);
        assert.ok(await drawnShareOf(page, '#canvas-0') > 0.0001);
        pictures.add(await page.$eval('#canvas-0', (canvas) => canvas.toDataURL()));
    }
    assert.equal(pictures.size, 3);
    assert.ok(await drawnShareOf(page, '.view .grid') > 0.001);
});

test('the readings agree with the state', async (t) => {
    const page = await openPage(t);
    await until(page, ({framesPerSecond}) => framesPerSecond > 1);
    const {sides: [{time, steps}]} = await pauseAt(page, 0.2);
    await page.waitForFunction((text) => document.querySelector('#time').textContent === text, time.toFixed(3));
    assert.equal((await page.textContent('#steps')).replaceAll('\u202f', ''), String(steps));
    assert.equal(await page.textContent('#count'), '3');
    assert.match(await page.textContent('#throughput'), /^[\d.]+\u202f[kMGT]?$/);
    assert.match(await page.textContent('#elapsed'), /s$/);
    assert.match(await page.textContent('#traffic'), /JSON$/);
    const phases = await page.getAttribute('#phases', 'aria-label');
    for (const name of ['receive', 'parse', 'queue', 'evolve', 'serialize', 'rest'])
        assert.match(phases, new RegExp(`${name} \\d+\\.\\d+`));
    assert.ok(await page.$eval('#phases', (bar) => [...bar.children].some((part) => part.offsetWidth > 0)));
    const rows = await page.$$eval('#positions tbody tr', (list) => list.map((row) => [...row.cells].map(
        (cell) => Number(cell.textContent.replace('−', '-')))));
    assertNear(rows.map(([x, y, , v]) => [x, y, v]), await particlesOf(page), 1e-5);
    assert.match(await page.textContent('#build'), /^0\.\d+\.\d+ · \w+ · \d+ workers$/);
    assert.equal(await page.textContent('#connection-text'), 'connected');
});

test('1000, 10,000 and 100,000 random particles are simulated', async (t) => {
    for (const count of [1000, 10000, 100000]) {
        const page = await openPage(t, {hash: `#preset=random${count}`});
        const {sides: [side]} = await pauseAt(page, 0.03);
        assert.equal(side.count, count);
        assert.equal(side.format, count > 1000 && shared.acceptsNpy ? 'NPY' : 'JSON');
        assert.ok(await drawnShareOf(page, '#canvas-0') > 0.005);
        const first = 10; // the number of particles to compare
        const start = await page.evaluate(async (n) => {
            const {presets} = await import('/web/presets.js');
            const set = presets[location.hash.split('=')[1]].make();
            return Array.from({length: n}, (_, i) => [set.x[i], set.y[i], set.ang_vel[i]]);
        }, first);
        const expected = await referenceParticles(shared.daemon, start, side.steps, 1e-5);
        assertNear((await particlesOf(page)).slice(0, first), expected, 1e-9);
        await page.close();
    }
});

test('every preset runs', async (t) => {
    const page = await openPage(t);
    const names = await page.$$eval('#preset option:not([hidden])', (options) => options.map(({value}) => value));
    assert.ok(names.length >= 8);
    for (const name of names) {
        await page.selectOption('#preset', name);
        const state = await until(page, ({sides, error}) => sides[0].time > 0.02 || error);
        assert.equal(state.error, null, name);
        assert.equal(state.playing, true);
    }
});

test('near the origin euler follows a spiral of Theodorus', async (t) => {
    const page = await openPage(t, {hash: '#preset=spiral'});
    const {sides: [{steps}]} = await pauseAt(page, 0.5);
    for (const [x, y] of await particlesOf(page))
        assert.ok(Math.abs(Math.hypot(x, y) - Math.sqrt(0.002 ** 2 + steps * 0.02 ** 2)) < 1e-12);
});
