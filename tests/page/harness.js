// The real daemon and a real browser. script/test --page sets the environment:
//
//   PARTICLED     the daemon
//   PAGE_MODULES  the folder in which npm has installed what package.json names
//   PAGE_OUTPUT   where screenshots are left
//   CHROMIUM      another browser than /usr/bin/chromium
//
// Timing decides nothing: what must happen is waited for, up to LIMIT_MS.
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

// Nothing but what the tests ask for goes over the network.
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking',
               '--disable-quic', '--no-first-run', '--disable-component-update', '--disable-sync'];

export const THREE = [[0.3, 0.5, 1], [0, -0.5, -1], [-0.1, -0.4, 3]];

// --- the daemon ---------------------------------------------------------------------------------

// Starts it on a free port, or on `listen`. Returns {url, listen, stop}.
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

// The particles after so many steps, as the published loop walks them.
export async function reference(daemon, particles, steps, timestep) {
    const answer = await fetch(`${daemon.url}/simulate`, {
        method: 'POST',
        headers: {'Content-Type': 'application/json'},
        // half a step more, so that the quotient is not a hair too small
        body: JSON.stringify({particles, dt: (steps + 0.5) * timestep, timestep, method: 'reference'}),
    });
    const document = await answer.json();
    assert.equal(document.steps, steps);
    return document.particles;
}

// True when the daemon reads and writes .npy.
async function takesNpy(daemon) {
    const type = 'application/x-npy';
    const answer = await fetch(`${daemon.url}/simulate`, {
        method: 'POST',
        headers: {'Content-Type': type, Accept: type},
        body: npy.encode(fromTriples(THREE)),
    });
    assert.ok(answer.ok || answer.status === 415, `status ${answer.status}`);
    return answer.ok;
}

// --- the browser --------------------------------------------------------------------------------

// One daemon and one browser for the tests of a file; filled before the first of them.
export const shared = {daemon: null, browser: null, takesNpy: false};

export function useBrowser() {
    before(async () => {
        mkdirSync(process.env.PAGE_OUTPUT, {recursive: true});
        shared.daemon = await startDaemon();
        shared.takesNpy = await takesNpy(shared.daemon);
        shared.browser = await chromium.launch(
            {executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS, timeout: LIMIT_MS});
    });
    after(async () => {
        await shared.browser?.close();
        await shared.daemon?.stop();
    });
}

// Opens the page at `hash`. What it logs, throws or is refused fails the test `t` at its end, unless
// `expected(text, address)` says that it belongs there.
export async function openPage(t, {
    hash = '', daemon = shared.daemon, expected = () => false, ...options
} = {}) {
    const context = await shared.browser.newContext({viewport: {width: 1280, height: 800}, ...options});
    const page = await context.newPage();
    page.setDefaultTimeout(LIMIT_MS);
    const complaints = [];
    const complain = (text, address = '') => {
        // The page asks for .npy, is refused once, and goes on with JSON.
        const isRefusedNpy = !shared.takesNpy && text.includes('415') && address.includes('/simulate?');
        if (!isRefusedNpy && !expected(text, address))
            complaints.push(`${text} ${address}`);
    };
    page.on('console', (message) => complain(`${message.type()}: ${message.text()}`, message.location().url));
    page.on('pageerror', (error) => complain(`thrown: ${error.stack}`));
    page.on('request', (request) => {
        if (new URL(request.url()).origin !== new URL(daemon.url).origin && !request.url().startsWith('blob:'))
            complain('asked of somebody else', request.url());
    });
    t.after(async () => {
        await context.close();
        assert.deepEqual(complaints, []);
    });
    await page.goto(`${daemon.url}/${hash}`);
    await page.waitForFunction(() => window.particled && document.querySelector('#method option'));
    return page;
}

export const stateOf = (page) => page.evaluate(() => window.particled.state);
export const particlesOf = (page, side = 0) =>
    page.evaluate((index) => window.particled.particles(index), side);

// Reads again and again until the value passes the test, and returns it.
export async function eventually(read, test) {
    for (const end = Date.now() + LIMIT_MS; ;) {
        const value = await read();
        if (test(value))
            return value;
        assert.ok(Date.now() < end, `${test} of ${JSON.stringify(value)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}

// The same with the page's state.
export const until = (page, test) => eventually(() => stateOf(page), test);

// Lets it run until so much simulated time has passed at least, and stops it there.
export async function pauseAt(page, time) {
    await until(page, (state) => state.sides[0].time >= time);
    await page.click('#play');
    return until(page, (state) => !state.playing);
}

// The share of a canvas on which something is drawn.
export const inkOf = (page, selector) => page.$eval(selector, (canvas) => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 3; i < data.length; i += 4)
        count += data[i] > 0;
    return count / (data.length / 4);
});

// How many colours it has where it is opaque.
export const coloursOf = (page, selector) => page.$eval(selector, (canvas) => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] === 255)
            seen.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
    return seen.size;
});

export function near(actual, expected, tolerance) {
    assert.equal(actual.length, expected.length);
    actual.forEach((particle, i) => particle.forEach((value, k) => assert.ok(
        Math.abs(value - expected[i][k]) <= tolerance, `particle ${i}: ${particle} is not ${expected[i]}`)));
}

export const screenshot = (page, name) =>
    page.screenshot({path: path.join(process.env.PAGE_OUTPUT, `${name}.png`)});

// The same as WebP, smaller; the browser converts it. Returns its size in bytes.
export async function photograph(page, name) {
    const source = (await page.screenshot()).toString('base64');
    const blank = await page.context().newPage();
    const target = await blank.evaluate(async (png) => {
        const image = new Image();
        image.src = `data:image/png;base64,${png}`;
        await image.decode();
        const canvas = document.createElement('canvas');
        canvas.width = image.naturalWidth;
        canvas.height = image.naturalHeight;
        canvas.getContext('2d').drawImage(image, 0, 0);
        return canvas.toDataURL('image/webp', 0.82).split(',')[1];
    }, source);
    const bytes = Buffer.from(target, 'base64');
    writeFileSync(path.join(process.env.PAGE_OUTPUT, `${name}.webp`), bytes);
    return bytes.length;
}
