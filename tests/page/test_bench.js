// The benchmark tab.
import assert from 'node:assert/strict';
import test from 'node:test';
import {openPage, screenshot, shared, stateOf, until, useBrowser} from './harness.js';

useBrowser();

test('the quick benchmark runs, and the page shows its chart and its table', async (t) => {
    const page = await openPage(t);
    await until(page, ({sides}) => sides[0].steps > 0);
    await page.click('#tab-benchmark');
    assert.match(page.url(), /tab=benchmark/);
    assert.ok(await page.isHidden('#simulation'));
    await page.check('[name=bench-kind][value=quick]');
    const [request] = await Promise.all([page.waitForRequest('**/bench?*'), page.click('#bench-run')]);
    assert.equal(new URL(request.url()).searchParams.get('max_time'), '0.1');
    const {steps} = (await stateOf(page)).sides[0];
    const state = await until(page, ({benchmark}) => benchmark === 'done');
    assert.equal(state.sides[0].steps, steps, 'the simulation is paused');
    const rows = await page.$$eval('#bench-table tbody tr', (list) =>
        list.map((row) => [...row.cells].map((cell) => cell.textContent)));
    assert.deepEqual(rows.map(([name]) => name), ['closed_form', 'analytic', 'euler', 'fast', 'reference']);
    for (const row of rows) {
        assert.equal(row.length, 7);
        assert.match(row[1], /^[\d.]+\u202f(ns|µs|ms|s)$/);
        assert.match(row[5], /×$/);
    }
    assert.equal(rows[4][5], '1.00 ×');
    for (const kind of ['box', 'median', 'value', 'name'])
        assert.equal(await page.locator(`#bench-chart .${kind}`).count(), 5);
    // the faster method is further left
    const medians = await page.$$eval('#bench-chart .median', (lines) =>
        lines.map((line) => Number(line.getAttribute('x1'))));
    assert.ok(medians[0] < medians[2] && medians[2] < medians[4]);
    assert.match(await page.textContent('#bench-status'), /^Done in/);
    assert.match(await page.textContent('#bench-machine'), /kernels/);
    await screenshot(page, 'benchmark');
    await page.click('#tab-simulation');
    await until(page, ({sides}) => sides[0].steps > steps);
});

test('a benchmark can be stopped and run again', async (t) => {
    const page = await openPage(t, {hash: '#tab=benchmark'});
    await page.click('#bench-run');
    await until(page, ({benchmark}) => benchmark === 'running');
    await page.click('#bench-stop');
    await until(page, ({benchmark}) => benchmark === 'stopped');
    assert.equal(await page.textContent('#bench-status'), 'Stopped');
    // the daemon accepts another benchmark once it has noticed the disconnect
    for (let status = 503; status === 503;)
        ({status} = await fetch(`${shared.daemon.url}/bench?max_time=0.01&min_rounds=1&methods=analytic`));
    await page.check('[name=bench-kind][value=quick]');
    await page.click('#bench-run');
    await until(page, ({benchmark}) => benchmark === 'done');
});

test('a second benchmark at the same time shows the error of the daemon', async (t) => {
    const page = await openPage(t, {hash: '#tab=benchmark', expected: (text) => text.includes('status of 503')});
    const other = new AbortController();
    const running = fetch(`${shared.daemon.url}/bench?max_time=3600&methods=reference`,
                          {signal: other.signal}).catch(() => null);
    for (let metrics = ''; !/particled_jobs_in_flight 1\n/.test(metrics);)
        metrics = await (await fetch(`${shared.daemon.url}/metrics`)).text();
    await page.click('#bench-run');
    await until(page, ({benchmark}) => benchmark === 'failed');
    assert.match(await page.textContent('#bench-alert'), /A benchmark is already running.*try again later/s);
    other.abort();
    await running;
});

test('arrow keys select the tabs', async (t) => {
    const page = await openPage(t);
    await page.focus('#tab-simulation');
    await page.keyboard.press('ArrowRight');
    assert.ok(await page.isVisible('#benchmark'));
    assert.equal(await page.evaluate(() => document.activeElement.id), 'tab-benchmark');
    await page.keyboard.press('ArrowLeft');
    assert.ok(await page.isVisible('#simulation'));
});
