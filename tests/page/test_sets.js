// Particle sets in and out: pasted, dropped, opened, saved, as a curl command.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import test from 'node:test';
import {readBytes} from '../../src/web/formats.js';
import * as npy from '../../src/web/npy.js';
import {fromTriples, triples} from '../../src/web/particles.js';
import {near, openPage, particlesOf, pauseAt, shared, stateOf, until, useBrowser} from './harness.js';

useBrowser();

const TWO = [[0.5, 0, 1], [0, 0.25, -2]];
const OBJECTS = TWO.map(([x, y, ang_vel]) => ({x, y, ang_vel}));
const CSV = 'x,y,ang_vel\n0.5,0,1\n0,0.25,-2\n';

// Opens the page with nothing moving.
const openStill = (t, options) => openPage(t, {reducedMotion: 'reduce', ...options});

async function hasTwo(page) {
    await until(page, ({sides}) => sides[0].count === 2 && sides[0].steps === 0);
    near(await particlesOf(page), TWO, 0);
    assert.equal(await page.inputValue('#preset'), 'custom');
    await page.click('#step');
    await until(page, ({sides}) => sides[0].steps === 1250);
}

const again = (page) => page.selectOption('#preset', 'three');

// As the clipboard does it.
const paste = (page, text) => page.evaluate((data) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', data);
    document.body.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true}));
}, text);

test('pasted anywhere: JSON in three shapes, CSV', async (t) => {
    const page = await openStill(t);
    const columns = {x: [0.5, 0], y: [0, 0.25], ang_vel: [1, -2]};
    for (const text of [JSON.stringify({particles: OBJECTS}), JSON.stringify(TWO), JSON.stringify({particles: columns}), CSV]) {
        await paste(page, text);
        await hasTwo(page);
        await again(page);
    }
    await paste(page, JSON.stringify({particles: TWO, dt: 0.5, timestep: 0.001, method: 'euler'}));
    await until(page, ({sides}) => sides[0].count === 2);
    assert.equal(await page.inputValue('#dt'), '0.5');
    await page.click('#step');
    const {sides: [side]} = await until(page, ({sides}) => sides[0].steps > 0);
    assert.deepEqual([side.steps, side.method], [500, 'euler']);
});

test('pasted into the dialog', async (t) => {
    const page = await openStill(t);
    await page.click('#paste');
    await page.fill('#paste-text', '{"particles":[[1,2]]}');
    await page.click('#paste-use');
    assert.match(await page.textContent('#paste-fault'), /ang_vel of particle 0/);
    await page.fill('#paste-text', CSV);
    await page.click('#paste-use');
    await page.waitForFunction(() => !document.querySelector('#paste-dialog').open);
    await hasTwo(page);
});

test('what makes no sense is refused in words, and nothing changes', async (t) => {
    const page = await openStill(t);
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
    test(`${file.name} opened, and dropped`, async (t) => {
        const page = await openStill(t);
        await page.setInputFiles('#file', file);
        await hasTwo(page);
        await again(page);
        await page.evaluate(({name, bytes}) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([Uint8Array.from(bytes)], name));
            for (const type of ['dragover', 'drop'])
                document.querySelector('#canvas-0').dispatchEvent(
                    new DragEvent(type, {dataTransfer, bubbles: true, cancelable: true}));
        }, {name: file.name, bytes: [...file.buffer]});
        await hasTwo(page);
        assert.ok(await page.isHidden('#drop'));
    });
}

test('what is saved holds the particles as they are shown', async (t) => {
    const page = await openPage(t);
    await pauseAt(page, 0.05);
    const now = await particlesOf(page);
    for (const kind of ['json', 'csv', 'npy']) {
        await page.click('#save');
        const [download] = await Promise.all(
            [page.waitForEvent('download'), page.click(`#save-dialog [value=${kind}]`)]);
        assert.equal(download.suggestedFilename(), `particles.${kind}`);
        const bytes = await readFile(await download.path());
        near(triples(readBytes(Uint8Array.from(bytes).buffer).set), now, 0);
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
    // the type that curl -d gives
    const headers = {'Content-Type': 'application/x-www-form-urlencoded'};
    const answer = await fetch(url, {method: 'POST', body, headers});
    const {particles} = await answer.json();
    await page.click('#curl-dialog [value=cancel]');
    const {steps} = (await stateOf(page)).sides[0];
    await page.click('#step');
    await until(page, ({sides}) => sides[0].steps > steps);
    near(await particlesOf(page), particles, 0);
});

test('an own set of many is named, and survives what can be set', async (t) => {
    const page = await openStill(t);
    const many = Array.from({length: 2000}, (_, i) => [Math.cos(i), Math.sin(i), i / 2000]);
    const buffer = Buffer.from(npy.encode(fromTriples(many)));
    await page.setInputFiles('#file', {name: 'many.npy', mimeType: 'application/x-npy', buffer});
    await until(page, ({sides}) => sides[0].count === 2000);
    assert.match(await page.$eval('#preset option:checked', (option) => option.textContent), /2,000/);
    await page.selectOption('#method', 'analytic');
    await page.click('#step');
    const {sides: [side]} = await until(page, ({sides}) => sides[0].time > 0);
    assert.equal(side.format, shared.takesNpy ? 'NPY' : 'JSON');
    await page.click('#reset');
    near(await particlesOf(page), many, 0);
});
