// Refusals, and a daemon that goes away and comes back.
import assert from 'node:assert/strict';
import test from 'node:test';
import {near, openPage, particlesOf, pauseAt, reference, startDaemon, stateOf, until, useBrowser} from './harness.js';

useBrowser();

// The browser itself logs answers that are refusals, and connections that fail.
const refused = (text) => /status of 4\d\d/.test(text);
const failed = (text) => /net::ERR_|status of 503/.test(text);

test('a refusal is shown in words, with the field at fault; mending it goes on', async (t) => {
    const page = await openPage(t, {expected: refused});
    for (const [id, bad, good, words] of [
        ['timestep', '-1', '1e-5', /timestep.*more than 0/], ['dt', 'soon', '0.02', /dt/],
        ['timestep', '', '1e-4', /timestep/], ['dt', '-0.1', '0.0125', /dt/],
    ]) {
        await until(page, ({sides}) => sides[0].steps > 0);
        await page.fill(`#${id}`, bad);
        await until(page, ({trouble}) => trouble === 'refused');
        await page.waitForSelector('#alert:not([hidden])');
        assert.match(await page.textContent('#alert-detail'), words);
        assert.equal(await page.textContent('#alert-field'), id);
        assert.equal(await page.getAttribute(`#${id}`, 'aria-invalid'), '');
        const {steps} = (await stateOf(page)).sides[0];
        await page.fill(`#${id}`, good);
        await until(page, ({trouble, sides}) => !trouble && sides[0].steps > steps);
        await page.waitForSelector('#alert', {state: 'hidden'});
        assert.equal(await page.getAttribute(`#${id}`, 'aria-invalid'), null);
    }
});

test('too much work is refused, too', async (t) => {
    const page = await openPage(t, {expected: refused});
    await page.selectOption('#method', 'euler');
    await page.fill('#dt', '1e9');
    await page.waitForSelector('#alert:not([hidden])');
    await page.waitForFunction(() => /particle-steps/.test(document.querySelector('#alert-detail').textContent));
    await page.selectOption('#method', 'analytic');
    await until(page, ({trouble, sides}) => !trouble && sides[0].time > 1e8);
});

test('a particle at the origin is named, and can be removed', async (t) => {
    const page = await openPage(t, {hash: '#particles=0.3,0.5,1;0,0,1;-0.1,-0.4,3', expected: refused});
    await page.waitForSelector('#alert:not([hidden])');
    assert.match(await page.textContent('#alert-field'), /^\/particles\/.*1/);
    assert.equal(await page.textContent('#alert-action'), 'Remove particle 1');
    await page.click('#alert-action');
    const {sides: [{count}]} = await until(page, ({trouble, sides}) => !trouble && sides[0].steps > 0);
    assert.equal(count, 2);
    await page.waitForSelector('#alert', {state: 'hidden'});
});

for (const signal of ['SIGTERM', 'SIGKILL']) {
    test(`the daemon ends (${signal}), starts again, and the particles go on`, async (t) => {
        const daemon = await startDaemon();
        const page = await openPage(t, {daemon, expected: failed});
        await until(page, ({sides}) => sides[0].steps > 0);
        await daemon.stop(signal);
        await until(page, ({trouble}) => trouble === 'lost');
        await page.waitForSelector('#alert:not([hidden])');
        assert.match(await page.textContent('#alert'), /does not answer/);
        assert.equal(await page.textContent('#link-text'), 'no answer');
        const before = await stateOf(page);
        const particles = await particlesOf(page);
        await page.click('#alert-action'); // in vain
        await until(page, ({trouble}) => trouble === 'lost');
        const again = await startDaemon({listen: daemon.listen});
        t.after(() => again.stop());
        const after = await until(page, ({trouble, sides}) => !trouble && sides[0].steps > before.sides[0].steps);
        assert.ok(after.playing);
        await page.waitForSelector('#alert', {state: 'hidden'});
        await page.waitForFunction(() => document.querySelector('#link-text').textContent === 'connected');
        await page.click('#play');
        const {sides: [{steps}]} = await until(page, ({playing}) => !playing);
        near(await particlesOf(page), await reference(again, particles, steps - before.sides[0].steps, 1e-5), 1e-9);
    });
}

test('while it does not play the page notices the return, too', async (t) => {
    const daemon = await startDaemon();
    const page = await openPage(t, {daemon, expected: failed});
    await pauseAt(page, 0.05);
    await daemon.stop();
    await page.click('#step');
    await until(page, ({trouble}) => trouble === 'lost');
    await page.click('#reset');
    const again = await startDaemon({listen: daemon.listen});
    t.after(() => again.stop());
    await until(page, ({trouble}) => !trouble);
    assert.equal((await stateOf(page)).sides[0].steps, 0);
});

test('a daemon that is busy is asked again when it says', async (t) => {
    const page = await openPage(t, {expected: failed});
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
    await until(page, ({trouble}) => trouble === 'busy');
    await page.waitForSelector('#alert:not([hidden])');
    assert.match(await page.textContent('#alert'), /Too many requests are waiting.*Try later\./s);
    busy = false;
    const {steps} = (await stateOf(page)).sides[0];
    await until(page, ({trouble, sides}) => !trouble && sides[0].steps > steps);
});
