// Loading and saving particle sets: pasted, dropped, opened, saved, as a curl command.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import test from 'node:test';
import {readBytes} from '../../src/web/formats.js';
import * as npy from '../../src/web/npy.js';
import {fromTriples, triples} from '../../src/web/particles.js';
import {assertNear, openPage, particlesOf, pauseAt, shared, stateOf, until, useBrowser} from './harness.js';

useBrowser();

const TWO = [[0.5, 0, 1], [0, 0.25, -2]];
const OBJECTS = TWO.map(([x, y, ang_vel]) => ({x, y, ang_vel}));
const CSV = 'x,y,ang_vel\n0.5,0,1\n0,0.25,-2\n';

// Opens the page with the animation paused.
const openPaused = (t, options) => openPage(t, {reducedMotion: 'reduce', ...options});

async function assertTwo(page) {
    await until(page, ({sides}) => sides[0].count === 2 && sides[0].steps === 0);
    assertNear(await particlesOf(page), TWO, 0);
    assert.equal(await page.inputValue('#preset'), 'custom');
    await page.click('#step');
    await until(page, ({sides}) => sides[0].steps === 1250);
}

const loadThree = (page) => page.selectOption('#preset', 'three');

// The event that the browser sends when the user pastes.
const paste = (page, text) => page.evaluate((data) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', data);
    document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true}));
}, text);

test('JSON in three shapes and CSV can be pasted anywhere', async (t) => {
    const page = await openPaused(t);
    const columns = {x: [0.5, 0], y: [0, 0.25], ang_vel: [1, -2]};
    for (const text of [JSON.stringify({particles: OBJECTS}), JSON.stringify(TWO), JSON.stringify({particles: columns}), CSV]) {
        await paste(page, text);
        await assertTwo(page);
        await loadThree(page);
    }
    await paste(page, JSON.stringify({particles: TWO, dt: 0.5, timestep: 0.001, method: 'euler'}));
    await until(page, ({sides}) => sides[0].count === 2);
    assert.equal(await page.inputValue('#dt'), '0.5');
    await page.click('#step');
    const {sides: [side]} = await until(page, ({sides}) => sides[0].steps > 0);
    assert.deepEqual([side.steps, side.method], [500, 'euler']);
});

test('a set can be pasted into the dialog', async (t) => {
    const page = await openPaused(t);
    await page.click('#paste');
    await page.fill('#paste-text', '{"particles":[[1,2]]}');
    await page.click('#paste-load');
    assert.match(await page.textContent('#paste-error'), /ang_vel of particle 0/);
    await page.fill('#paste-text', CSV);
    await page.click('#paste-load');
    await page.waitForFunction(() => !document.querySelector('#paste-dialog').open);
    await assertTwo(page);
});

test('invalid text shows an error and changes nothing', async (t) => {
    const page = await openPaused(t);
    await paste(page, 'shopping list');
    await page.waitForSelector('#alert:not([hidden])');
    assert.match(await page.textContent('#alert'), /Not a particle set.*x,y,ang_vel/s);
    assert.equal((await stateOf(page)).sides[0].count, 3);
    await page.click('#alert-action');
    await page.waitForSelector('#alert', {state: 'hidden'});
});

const files = [
    {name: 'particles.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({particles: OBJECTS}))},
    {name: 'particles.csv', mimeType: 'text/csv', buffer: Buffer.from(CSV)},
    {name: 'particles.npy', mimeType: 'application/octet-stream', buffer: Buffer.from(npy.encode(fromTriples(TWO)))},
];

for (const file of files) {
    test(`${file.name} can be opened and dropped`, async (t) => {
        const page = await openPaused(t);
        await page.setInputFiles('#file', file);
        await assertTwo(page);
        await loadThree(page);
        await page.evaluate(({name, bytes}) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([Uint8Array.from(bytes)], name));
            for (const type of ['dragover', 'drop'])
                document.querySelector('#canvas-0').dispatchEvent(
                    new DragEvent(type, {dataTransfer, bubbles: true, cancelable: true}));
        }, {name: file.name, bytes: [...file.buffer]});
        await assertTwo(page);
        assert.ok(await page.isHidden('#drop'));
    });
}

test('a saved file holds the particles that are shown', async (t) => {
    const page = await openPage(t);
    await pauseAt(page, 0.05);
    const now = await particlesOf(page);
    for (const kind of ['json', 'csv', 'npy']) {
        await page.click('#save');
        const [download] = await Promise.all(
            [page.waitForEvent('download'), page.click(`#save-dialog [value=${kind}]`)]);
        assert.equal(download.suggestedFilename(), `particles.${kind}`);
        const bytes = await readFile(await download.path());
        assertNear(triples(readBytes(Uint8Array.from(bytes).buffer).set), now, 0);
    }
    await page.click('#save');
    await page.click('#save-dialog [value=cancel]');
    await page.waitForFunction(() => !document.querySelector('#save-dialog').open);
});

test('the curl command computes the next frame', async (t) => {
    const page = await openPage(t, {permissions: ['clipboard-read', 'clipboard-write']});
    await pauseAt(page, 0.05);
    await page.click('#curl');
    await page.click('#curl-copy');
    await page.waitForFunction(() => document.querySelector('#curl-status').textContent === 'Copied');
    const command = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(command, await page.inputValue('#curl-text'));
    const [, url, body] = /^curl '([^']+)' -d '([^']+)'$/.exec(command);
    assert.ok(url.startsWith(`${shared.daemon.url}/simulate?`));
    // the Content-Type that curl -d sends
    const headers = {'Content-Type': 'application/x-www-form-urlencoded'};
    const response = await fetch(url, {method: 'POST', body, headers});
    const {particles} = await response.json();
    await page.click('#curl-dialog [value=cancel]');
    const {steps} = (await stateOf(page)).sides[0];
    await page.click('#step');
    await until(page, ({sides}) => sides[0].steps > steps);
    assertNear(await particlesOf(page), particles, 0);
});

test('a large custom set is shown in the list of presets and is kept when settings change', async (t) => {
    const page = await openPaused(t);
    const many = Array.from({length: 2000}, (_, i) => [Math.cos(i), Math.sin(i), i / 2000]);
    const buffer = Buffer.from(npy.encode(fromTriples(many)));
    await page.setInputFiles('#file', {name: 'many.npy', mimeType: 'application/x-npy', buffer});
    await until(page, ({sides}) => sides[0].count === 2000);
    assert.match(await page.$eval('#preset option:checked', (option) => option.textContent), /2,000/);
    await page.selectOption('#method', 'analytic');
    await page.click('#step');
    const {sides: [side]} = await until(page, ({sides}) => sides[0].time > 0);
    assert.equal(side.format, shared.acceptsNpy ? 'NPY' : 'JSON');
    await page.click('#reset');
    assertNear(await particlesOf(page), many, 0);
});
