// The comparison of two methods.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
    THREE, assertNear, drawnShareOf, openPage, particlesOf, pauseAt, referenceParticles, screenshot, shared,
    stateOf, until, useBrowser,
} from './harness.js';

useBrowser();

const radius = ([x, y]) => Math.hypot(x, y);
const distance = (a, b) => Math.max(...a.map(([x, y], i) => Math.hypot(x - b[i][0], y - b[i][1])));

test('euler with a large timestep spirals outwards, analytic stays on the circle', async (t) => {
    const page = await openPage(t, {hash: '#preset=drift', colorScheme: 'dark'});
    const {sides: [euler, circle]} = await pauseAt(page, 1);
    assert.deepEqual([euler.method, circle.method], ['euler', 'analytic']);
    assert.ok(Math.abs(euler.time - circle.time) < 1e-9);
    assert.deepEqual([euler.steps, circle.steps], [Math.round(euler.time / 0.02), 0]);
    const [spiral, circular] = [await particlesOf(page, 0), await particlesOf(page, 1)];
    assertNear(spiral, await referenceParticles(shared.daemon, THREE, euler.steps, 0.02), 1e-9);
    THREE.forEach((particle, i) => {
        assert.ok(Math.abs(radius(circular[i]) - radius(particle)) < 1e-9);
        const c = particle[2] * 0.02;
        assert.ok(Math.abs(radius(spiral[i]) - Math.sqrt(radius(particle) ** 2 + euler.steps * c * c)) < 1e-9);
    });
    for (const id of ['canvas-0', 'canvas-1', 'difference-chart'])
        assert.ok(await drawnShareOf(page, `#${id}`) > 0.0005, id);
    assert.match(await page.textContent('#caption-0'), /^euler, timestep 0\.02$/);
    assert.equal(await page.textContent('#caption-1'), 'analytic');
    await page.waitForFunction((text) => document.querySelector('#difference-now').textContent === text,
                               distance(spiral, circular).toPrecision(3));
    await screenshot(page, 'side-by-side');
});

test('a change of the second method or timestep resets both sides', async (t) => {
    const page = await openPage(t);
    await until(page, ({sides}) => sides[0].time > 0.1);
    await page.check('#compare');
    await until(page, ({sides}) => sides.length === 2 && sides[1].time > 0);
    await page.selectOption('#method2', 'reference');
    await page.fill('#timestep2', '1e-4');
    const {sides: [one, two]} = await until(page, ({sides}) => sides[1].timestep === '1e-4' && sides[1].steps > 0);
    assert.equal(two.method, 'reference');
    assert.equal(one.steps, 10 * two.steps);
    await page.click('#reset');
    await page.fill('#timestep2', '1e-5');
    await pauseAt(page, 0.1);
    // both methods compute the same polygon
    assertNear(await particlesOf(page, 0), await particlesOf(page, 1), 1e-12);
    await page.uncheck('#compare');
    await until(page, ({sides}) => sides.length === 1);
    assert.ok(await page.isHidden('#canvas-1'));
    assert.ok(await page.isHidden('#difference'));
});

test('a new particle is added to both sides, and both views move', async (t) => {
    const page = await openPage(t, {hash: '#preset=drift', reducedMotion: 'reduce'});
    await page.focus('#canvas-1');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const {sides, camera} = await until(page, (state) => state.sides.every(({count}) => count === 4));
    assert.equal(sides.length, 2);
    assert.ok(Math.abs(camera.x - 0.1) < 1e-12);
    assertNear(await particlesOf(page, 0), await particlesOf(page, 1), 0);
});

test('an error of the second side marks the field of the second side', async (t) => {
    const page = await openPage(t, {hash: '#preset=drift', expected: (text) => text.includes('status of 422')});
    await page.fill('#timestep2', '0');
    await until(page, ({error}) => error === 'rejected');
    await page.waitForSelector('#timestep2[aria-invalid]');
    assert.equal(await page.getAttribute('#timestep', 'aria-invalid'), null);
    await page.fill('#timestep2', '0.01');
    await until(page, ({error, sides}) => !error && sides[1].time > 0);
    assert.equal((await stateOf(page)).sides[1].timestep, '0.01');
});
