// The controls of the simulation.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
    THREE, assertNear, coloursOf, drawnShareOf, eventually, openPage, particlesOf, pauseAt, referenceParticles,
    shared, stateOf, until, useBrowser,
} from './harness.js';

useBrowser();

const set = (page, id, value) => page.fill(`#${id}`, value);

test('play, pause, step, reset', async (t) => {
    const page = await openPage(t);
    await pauseAt(page, 0.05);
    await page.waitForSelector('#play:text-is("Play")');
    const before = (await stateOf(page)).sides[0].steps;
    await page.click('#step');
    await until(page, ({sides}) => sides[0].steps === before + 1250);
    await page.click('#step');
    await until(page, ({sides}) => sides[0].steps === before + 2500);
    assert.equal((await stateOf(page)).playing, false);
    await page.click('#reset');
    const {sides: [{steps, time}]} = await stateOf(page);
    assert.deepEqual([steps, time], [0, 0]);
    assertNear(await particlesOf(page), THREE, 0);
    await page.click('#play');
    await page.waitForSelector('#play:text-is("Pause")');
    await until(page, ({sides}) => sides[0].steps > 0);
    await page.click('#reset');
    await until(page, ({sides, playing}) => playing && sides[0].steps > 0);
});

test('a change of method, timestep or dt applies to the next frame', async (t) => {
    const page = await openPage(t);
    await pauseAt(page, 0.05);
    for (const method of ['euler', 'fast', 'reference', 'closed_form'])
        for (const [timestep, dt, steps] of [['0.001', '0.05', 50], ['1e-4', '0.01', 100]]) {
            await page.selectOption('#method', method);
            await set(page, 'timestep', timestep);
            await set(page, 'dt', dt);
            const before = (await stateOf(page)).sides[0];
            await page.click('#step');
            const {sides: [after]} = await until(page, ({sides}) => sides[0].time > before.time);
            assert.equal(after.steps, before.steps + steps);
            assert.equal(after.method, method);
            assert.match(await page.textContent('#method-hint'), new RegExp(`\\b${steps} steps per frame`));
        }
    await page.selectOption('#method', 'analytic');
    const before = (await stateOf(page)).sides[0];
    await page.click('#step');
    const {sides: [after]} = await until(page, ({sides}) => sides[0].time > before.time);
    assert.equal(after.steps, before.steps);
    assert.ok(Math.abs(after.time - before.time - 0.01) < 1e-12);
});

test('the lists of methods come from the daemon', async (t) => {
    const page = await openPage(t);
    const {methods} = await page.evaluate(async () => (await fetch('version')).json());
    for (const id of ['method', 'method2'])
        assert.deepEqual(await page.$$eval(`#${id} option`, (options) => options.map(({value}) => value)),
                         methods.map(({name}) => name));
});

test('the frame rate control limits the frames per second', async (t) => {
    const page = await openPage(t);
    await page.focus('#rate');
    await page.keyboard.press('Home');
    assert.match(await page.textContent('#rate-text'), /^1 /);
    await until(page, ({framesPerSecond}) => framesPerSecond > 0 && framesPerSecond <= 2);
    await page.keyboard.press('End');
    assert.match(await page.textContent('#rate-text'), /^120 /);
    await until(page, ({framesPerSecond}) => framesPerSecond > 2);
});

test('trails and colours can be turned off and on', async (t) => {
    const page = await openPage(t);
    await until(page, ({sides}) => sides[0].time > 0.5);
    await page.click('#play');
    const drawnShare = () => drawnShareOf(page, '#canvas-0');
    const colours = () => coloursOf(page, '#canvas-0');
    const withTrails = await drawnShare();
    assert.ok(await colours() >= 3); // more than 3 where discs overlap
    await page.uncheck('#trails');
    const without = await eventually(drawnShare, (value) => value < withTrails / 2);
    assert.ok(without > 0);
    await page.uncheck('#colour');
    await eventually(colours, (count) => count === 1);
    assert.ok(await page.isHidden('#legend'));
    await page.check('#trails');
    await page.click('#play');
    await eventually(drawnShare, (value) => value > withTrails / 2);
    await page.check('#colour');
    await eventually(colours, (count) => count >= 3);
});

test('the wheel zooms at the pointer, dragging moves the view, the buttons zoom and fit', async (t) => {
    const page = await openPage(t);
    const box = await page.locator('#canvas-0').boundingBox();
    await page.mouse.move(box.x + box.width / 4, box.y + box.height / 4);
    await page.mouse.wheel(0, -300);
    let {camera} = await until(page, (state) => state.camera.zoom > 1.2);
    assert.ok(camera.x < 0 && camera.y > 0);
    await page.mouse.wheel(0, 600);
    await until(page, (state) => state.camera.zoom < 1);
    await page.click('#zoom-fit');
    assert.deepEqual((await stateOf(page)).camera, {x: 0, y: 0, zoom: 1});
    await page.mouse.move(box.x + 300, box.y + 300);
    await page.mouse.down();
    await page.mouse.move(box.x + 400, box.y + 350, {steps: 4});
    await page.mouse.up();
    ({camera} = await stateOf(page));
    const scale = Math.min(box.width, box.height) / 2.2; // pixels per unit of length
    assertNear([[camera.x, camera.y]], [[-100 / scale, 50 / scale]], 0.02);
    assert.equal((await stateOf(page)).sides[0].count, 3, 'dragging adds no particle');
    await page.click('#zoom-in');
    await page.click('#zoom-in');
    await page.click('#zoom-out');
    assert.ok(Math.abs((await stateOf(page)).camera.zoom - 1.25) < 1e-12);
});

test('a click adds a particle at the pointer', async (t) => {
    const page = await openPage(t);
    await pauseAt(page, 0.05);
    const box = await page.locator('#canvas-0').boundingBox();
    const scale = Math.min(box.width, box.height) / 2.2;
    await set(page, 'speed', '-2.5');
    await page.mouse.click(box.x + box.width / 2 + 0.4 * scale, box.y + box.height / 2 - 0.6 * scale);
    await until(page, ({sides}) => sides[0].count === 4);
    const [, , , added] = await particlesOf(page);
    assertNear([added], [[0.4, 0.6, -2.5]], 0.01);
    await page.click('#reset');
    assertNear((await particlesOf(page)).slice(0, 3), THREE, 0);
    assertNear([(await particlesOf(page))[3]], [added], 0);
    await page.click('#step');
    const {sides: [{steps}]} = await until(page, ({sides}) => sides[0].steps > 0);
    assertNear(await particlesOf(page), await referenceParticles(shared.daemon, [...THREE, added], steps, 1e-5), 1e-9);
    await set(page, 'speed', 'fast');
    await page.mouse.click(box.x + 100, box.y + 100);
    assert.equal(await page.getAttribute('#speed', 'aria-invalid'), '');
    assert.equal((await stateOf(page)).sides[0].count, 4);
});

test('the address holds the settings', async (t) => {
    const page = await openPage(t, {hash: '#preset=ring&method=euler&timestep=1e-4&trails=off&rate=30'});
    const values = () => page.evaluate(() => ['preset', 'method', 'timestep', 'dt', 'rate'].map(
        (id) => document.getElementById(id).value).join(' '));
    assert.equal(await values(), 'ring euler 1e-4 0.0125 5');
    assert.equal(await page.isChecked('#trails'), false);
    await set(page, 'dt', '0.02');
    await page.selectOption('#method', 'fast');
    await page.check('#trails');
    await page.reload();
    await until(page, ({sides}) => sides[0].count === 240);
    await page.waitForSelector('#method option', {state: 'attached'});
    assert.equal(await values(), 'ring fast 1e-4 0.02 5');
    assert.equal(await page.isChecked('#trails'), true);
    await page.evaluate(() => (location.hash = '#particles=0.5,0,1;0,0.25,-2'));
    await until(page, ({sides}) => sides[0].count === 2);
    await page.selectOption('#preset', 'three');
    assert.equal(new URL(page.url()).hash, '');
});

test('the keys control the animation and the view', async (t) => {
    const page = await openPage(t);
    await until(page, ({sides}) => sides[0].time > 0);
    await page.keyboard.press('Space');
    await until(page, ({playing}) => !playing);
    const {steps} = (await stateOf(page)).sides[0];
    await page.keyboard.press('s');
    await until(page, ({sides}) => sides[0].steps === steps + 1250);
    await page.keyboard.press('r');
    await until(page, ({sides}) => sides[0].steps === 0);
    await page.focus('#canvas-0');
    for (const [key, x, y, zoom] of [
        ['ArrowRight', 0.1, 0, 1], ['ArrowUp', 0.1, 0.1, 1], ['ArrowLeft', 0, 0.1, 1],
        ['ArrowDown', 0, 0, 1], ['+', 0, 0, 1.25], ['-', 0, 0, 1],
    ]) {
        await page.keyboard.press(key);
        const {camera} = await stateOf(page);
        assertNear([[camera.x, camera.y, camera.zoom]], [[x, y, zoom]], 1e-12);
    }
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    assertNear([(await particlesOf(page))[3]], [[0.1, 0, 1]], 1e-12);
    await page.keyboard.press('0');
    assert.equal((await stateOf(page)).camera.x, 0);
    await page.keyboard.press('Space');
    await until(page, ({playing}) => playing);
    // a field with the focus receives the letters
    await page.focus('#speed');
    await page.keyboard.press('s');
    assert.equal((await stateOf(page)).playing, true);
});

test('the Tab key reaches every control', async (t) => {
    const page = await openPage(t, {hash: '#compare=on'});
    const seen = new Set();
    for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab');
        seen.add(await page.evaluate(() => document.activeElement.id));
    }
    for (const id of ['tab-simulation', 'theme', 'help', 'canvas-0', 'canvas-1', 'zoom-in', 'zoom-out',
                      'zoom-fit', 'play', 'step', 'reset', 'preset', 'speed', 'open', 'paste', 'save', 'curl',
                      'method', 'timestep', 'dt', 'rate', 'compare', 'method2', 'timestep2', 'trails', 'colour'])
        assert.ok(seen.has(id), id);
});

test('every control has an accessible name', async (t) => {
    const page = await openPage(t, {hash: '#compare=on'});
    const nameless = await page.$$eval('button, input, select, textarea, canvas[tabindex]', (all) => all.filter(
        (element) => !element.textContent.trim() && !element.ariaLabel && !element.labels?.length &&
                     !element.closest('[hidden]')).map(({id}) => id));
    assert.deepEqual(nameless, []);
});
