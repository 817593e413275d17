// Tests the page with the real daemon and a real browser. script/test --page sets the environment:
//
//   PARTICLED     the daemon
//   PAGE_MODULES  the folder in which npm has installed the packages of package.json
//   PAGE_OUTPUT   the folder for screenshots
//   CHROMIUM      the browser, if it is not /usr/bin/chromium
//
// No result depends on timing: a test waits up to LIMIT_MS for an event that must happen.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createRequire} from 'node:module';
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {after, before} from 'node:test';
import * as npy from '../../src/web/npy.js';
import {fromTriples} from '../../src/web/particles.js';

export const LIMIT_MS = 60000;

const require = createRequire(path.join(process.env.PAGE_MODULES, 'node_modules', '/'));
const {chromium} = require('playwright-core');

// The browser must send no requests of its own.
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking',
               '--disable-quic', '--no-first-run', '--disable-component-update', '--disable-sync'];

export const THREE = [[0.3, 0.5, 1], [0, -0.5, -1], [-0.1, -0.4, 3]];

// --- the daemon ---------------------------------------------------------------------------------

// Starts the daemon on a free port, or on `listen`. Returns {url, listen, stop}.
export async function startDaemon({listen = '127.0.0.1:0', options = []} = {}) {
    const environment = Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(PARTICLED_|LISTEN_|NOTIFY_|WATCHDOG_)/.test(name)));
    const child = spawn(process.env.PARTICLED, ['--listen', listen, ...options],
                        {env: environment, stdio: ['ignore', 'ignore', 'pipe']});
    const ended = new Promise((resolve) => child.on('exit', resolve));
    process.on('exit', () => child.kill('SIGKILL'));
    let log = '';
    const url = await new Promise((resolve, reject) => {
        child.stderr.on('data', (bytes) => {
            log += bytes;
            const match = /listening on (http:\/\/\S+)/.exec(log);
            if (match)
                resolve(match[1]);
        });
        ended.then(() => reject(new Error(`the daemon ended: ${log}`)));
    });
    return {
        url,
        listen: new URL(url).host,
        async stop(signal = 'SIGTERM') {
            child.kill(signal);
            await ended;
        },
    };
}

// The particles after `steps` steps of the published loop.
export async function referenceParticles(daemon, particles, steps, timestep) {
    const response = await fetch(`${daemon.url}/simulate`, {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        // half a step more, so that rounding of the quotient does not lose a step
        body: JSON.stringify({particles, dt: (steps + 0.5) * timestep, timestep, method: 'reference'}),
    });
    const document = await response.json();
    assert.equal(document.steps, steps);
    return document.particles;
}

// True if the daemon reads and writes .npy.
async function acceptsNpy(daemon) {
    const type = 'application/x-npy';
    const response = await fetch(`${daemon.url}/simulate`, {
        method: 'POST',
        headers: {'Content-Type': type, Accept: type},
        body: npy.encode(fromTriples(THREE)),
    });
    assert.ok(response.ok || response.status === 415, `status ${response.status}`);
    return response.ok;
}

// --- the browser --------------------------------------------------------------------------------

// One daemon and one browser for all tests of a file. useBrowser() starts them before the first test.
export const shared = {daemon: null, browser: null, acceptsNpy: false};

export function useBrowser() {
    before(async () => {
        mkdirSync(process.env.PAGE_OUTPUT, {recursive: true});
        shared.daemon = await startDaemon();
        shared.acceptsNpy = await acceptsNpy(shared.daemon);
        shared.browser = await chromium.launch(
            {executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS, timeout: LIMIT_MS});
    });
    after(async () => {
        await shared.browser?.close();
        await shared.daemon?.stop();
    });
}

// Opens the page at `hash`. If the page logs or throws anything, or requests another server, the test `t` fails at
// its end, unless `expected(text, address)` is true.
export async function openPage(t, {
    hash = '', daemon = shared.daemon, expected = () => false, ...options
} = {}) {
    const context = await shared.browser.newContext({viewport: {width: 1280, height: 800}, ...options});
    const page = await context.newPage();
    page.setDefaultTimeout(LIMIT_MS);
    const unexpected = [];
    const report = (text, address = '') => {
        // Without support for .npy the daemon rejects the first request, and the page continues with JSON.
        const isRejectedNpy = !shared.acceptsNpy && text.includes('415') && address.includes('/simulate?');
        if (!isRejectedNpy && !expected(text, address))
            unexpected.push(`${text} ${address}`);
    };
    page.on('console', (message) => report(`${message.type()}: ${message.text()}`, message.location().url));
    page.on('pageerror', (error) => report(`thrown: ${error.stack}`));
    page.on('request', (request) => {
        if (new URL(request.url()).origin !== new URL(daemon.url).origin && !request.url().startsWith('blob:'))
            report('request to another server', request.url());
    });
    t.after(async () => {
        await context.close();
        assert.deepEqual(unexpected, []);
    });
    await page.goto(`${daemon.url}/${hash}`);
    await page.waitForFunction(() => window.particled && document.querySelector('#method option'));
    return page;
}

export const stateOf = (page) => page.evaluate(() => window.particled.state);
export const particlesOf = (page, side = 0) =>
    page.evaluate((index) => window.particled.particles(index), side);

// Reads repeatedly until the value passes the test. Returns the value.
export async function eventually(read, test) {
    for (const end = Date.now() + LIMIT_MS; ;) {
        const value = await read();
        if (test(value))
            return value;
        assert.ok(Date.now() < end, `not true: ${test} of ${JSON.stringify(value)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}

// Waits until the state of the page passes the test. Returns the state.
export const until = (page, test) => eventually(() => stateOf(page), test);

// Pauses after at least this simulated time. Returns the state.
export async function pauseAt(page, time) {
    await until(page, (state) => state.sides[0].time >= time);
    await page.click('#play');
    return until(page, (state) => !state.playing);
}

// The share of the pixels of a canvas that are not transparent.
export const drawnShareOf = (page, selector) => page.$eval(selector, (canvas) => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 3; i < data.length; i += 4)
        count += data[i] > 0;
    return count / (data.length / 4);
});

// The number of different colours of the opaque pixels of a canvas.
export const coloursOf = (page, selector) => page.$eval(selector, (canvas) => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] === 255)
            seen.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
    return seen.size;
});

export function assertNear(actual, expected, tolerance) {
    assert.equal(actual.length, expected.length);
    actual.forEach((particle, i) => particle.forEach((value, k) => assert.ok(
        Math.abs(value - expected[i][k]) <= tolerance, `particle ${i}: ${particle}, expected ${expected[i]}`)));
}

export const screenshot = (page, name) =>
    page.screenshot({path: path.join(process.env.PAGE_OUTPUT, `${name}.png`)});

// Saves a screenshot as WebP, which the browser encodes. Returns its size in bytes.
export async function saveWebp(page, name) {
    const png = (await page.screenshot()).toString('base64');
    const blank = await page.context().newPage();
    const webp = await blank.evaluate(async (data) => {
        const image = new Image();
        image.src = `data:image/png;base64,${data}`;
        await image.decode();
        const canvas = document.createElement('canvas');
        canvas.width = image.naturalWidth;
        canvas.height = image.naturalHeight;
        canvas.getContext('2d').drawImage(image, 0, 0);
        return canvas.toDataURL('image/webp', 0.82).split(',')[1];
    }, png);
    const bytes = Buffer.from(webp, 'base64');
    writeFileSync(path.join(process.env.PAGE_OUTPUT, `${name}.webp`), bytes);
    return bytes.length;
}
