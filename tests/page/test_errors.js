// Rejected requests, and a daemon that stops and starts again.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
    assertNear, openPage, particlesOf, pauseAt, referenceParticles, startDaemon, stateOf, until, useBrowser,
} from './harness.js';

useBrowser();

// The browser itself logs responses with an error status, and failed connections.
const isClientError = (text) => /status of 4\d\d/.test(text);
const isFailure = (text) => /net::ERR_|status of 503/.test(text);

test('an invalid value shows the error and marks its field; a valid value continues the animation', async (t) => {
    const page = await openPage(t, {expected: isClientError});
    for (const [id, invalid, valid, message] of [
        ['timestep', '-1', '1e-5', /timestep.*more than 0/], ['dt', 'soon', '0.02', /dt/],
        ['timestep', '', '1e-4', /timestep/], ['dt', '-0.1', '0.0125', /dt/],
    ]) {
        await until(page, ({sides}) => sides[0].steps > 0);
        await page.fill(`#${id}`, invalid);
        await until(page, ({error}) => error === 'rejected');
        await page.waitForSelector('#alert:not([hidden])');
        assert.match(await page.textContent('#alert-detail'), message);
        assert.equal(await page.textContent('#alert-field'), id);
        assert.equal(await page.getAttribute(`#${id}`, 'aria-invalid'), '');
        const {steps} = (await stateOf(page)).sides[0];
        await page.fill(`#${id}`, valid);
        await until(page, ({error, sides}) => !error && sides[0].steps > steps);
        await page.waitForSelector('#alert', {state: 'hidden'});
        assert.equal(await page.getAttribute(`#${id}`, 'aria-invalid'), null);
    }
});

test('a request with too much work shows the error', async (t) => {
    const page = await openPage(t, {expected: isClientError});
    await page.selectOption('#method', 'euler');
    await page.fill('#dt', '1e9');
    await page.waitForSelector('#alert:not([hidden])');
    await page.waitForFunction(() => /particle-steps/.test(document.querySelector('#alert-detail').textContent));
    await page.selectOption('#method', 'analytic');
    await until(page, ({error, sides}) => !error && sides[0].time > 1e8);
});

test('a particle at the origin shows the error, and can be removed', async (t) => {
    const page = await openPage(t, {hash: '#particles=0.3,0.5,1;0,0,1;-0.1,-0.4,3', expected: isClientError});
    await page.waitForSelector('#alert:not([hidden])');
    assert.match(await page.textContent('#alert-field'), /^\/particles\/.*1/);
    assert.equal(await page.textContent('#alert-action'), 'Remove particle 1');
    await page.click('#alert-action');
    const {sides: [{count}]} = await until(page, ({error, sides}) => !error && sides[0].steps > 0);
    assert.equal(count, 2);
    await page.waitForSelector('#alert', {state: 'hidden'});
});

for (const signal of ['SIGTERM', 'SIGKILL']) {
    test(`after a restart of the daemon (${signal}) the animation continues`, async (t) => {
        const daemon = await startDaemon();
        const page = await openPage(t, {daemon, expected: isFailure});
        await until(page, ({sides}) => sides[0].steps > 0);
        await daemon.stop(signal);
        await until(page, ({error}) => error === 'unreachable');
        await page.waitForSelector('#alert:not([hidden])');
        assert.match(await page.textContent('#alert'), /does not respond/);
        assert.equal(await page.textContent('#connection-text'), 'no response');
        const before = await stateOf(page);
        const particles = await particlesOf(page);
        await page.click('#alert-action'); // the retry fails
        await until(page, ({error}) => error === 'unreachable');
        const restarted = await startDaemon({listen: daemon.listen});
        t.after(() => restarted.stop());
        const after = await until(page, ({error, sides}) => !error && sides[0].steps > before.sides[0].steps);
        assert.ok(after.playing);
        await page.waitForSelector('#alert', {state: 'hidden'});
        await page.waitForFunction(() => document.querySelector('#connection-text').textContent === 'connected');
        await page.click('#play');
        const {sides: [{steps}]} = await until(page, ({playing}) => !playing);
        const expected = await referenceParticles(restarted, particles, steps - before.sides[0].steps, 1e-5);
        assertNear(await particlesOf(page), expected, 1e-9);
    });
}

test('a paused page notices a restart of the daemon', async (t) => {
    const daemon = await startDaemon();
    const page = await openPage(t, {daemon, expected: isFailure});
    await pauseAt(page, 0.05);
    await daemon.stop();
    await page.click('#step');
    await until(page, ({error}) => error === 'unreachable');
    await page.click('#reset');
    const restarted = await startDaemon({listen: daemon.listen});
    t.after(() => restarted.stop());
    await until(page, ({error}) => !error);
    assert.equal((await stateOf(page)).sides[0].steps, 0);
});

test('a request that got 503 is sent again after Retry-After', async (t) => {
    const page = await openPage(t, {expected: isFailure});
    await until(page, ({sides}) => sides[0].steps > 0);
    let busy = true;
    await page.route('**/simulate?*', (route) => (busy ? route.fulfill({
        status: 503,
        headers: {'Retry-After': '1', 'Content-Type': 'application/problem+json'},
        body: JSON.stringify({
            type: 'urn:particled:problem:queue-full',
            title: 'Too many requests are waiting',
            status: 503,
            detail: 'Try later.',
        }),
    }) : route.continue()));
    await until(page, ({error}) => error === 'busy');
    await page.waitForSelector('#alert:not([hidden])');
    assert.match(await page.textContent('#alert'), /Too many requests are waiting.*Try later\./s);
    busy = false;
    const {steps} = (await stateOf(page)).sides[0];
    await until(page, ({error, sides}) => !error && sides[0].steps > steps);
});
