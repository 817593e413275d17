// Screen sizes, themes and reduced motion; and screenshots to be checked by eye.
import assert from 'node:assert/strict';
import test from 'node:test';
import {drawnShareOf, openPage, pauseAt, saveWebp, screenshot, stateOf, until, useBrowser} from './harness.js';

useBrowser();

const background = (page) => page.evaluate(() =>
    getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).map(Number));
const isDark = async (page) => (await background(page)).every((value) => value < 100);

// How many pixels the page is wider than the window.
const overflow = (page) => page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('the theme follows the system', async (t) => {
    for (const colorScheme of ['light', 'dark']) {
        const page = await openPage(t, {colorScheme});
        assert.equal(await isDark(page), colorScheme === 'dark');
        await until(page, ({sides}) => sides[0].time > 2);
        await screenshot(page, colorScheme);
    }
});

test('the theme button overrides the system, and the choice is saved', async (t) => {
    const page = await openPage(t, {colorScheme: 'light'});
    await page.click('#theme');
    assert.equal(await page.textContent('#theme'), 'Theme: light');
    await page.click('#theme');
    assert.equal(await page.textContent('#theme'), 'Theme: dark');
    assert.ok(await isDark(page));
    await page.reload();
    await until(page, ({sides}) => sides[0].time > 0);
    assert.ok(await isDark(page));
    await page.click('#theme');
    assert.equal(await page.textContent('#theme'), 'Theme: system');
    assert.equal(await isDark(page), false);
    await page.emulateMedia({colorScheme: 'dark'});
    assert.ok(await isDark(page));
});

test('with reduced motion the animation does not start by itself', async (t) => {
    const page = await openPage(t, {reducedMotion: 'reduce'});
    const {playing, sides: [{steps}]} = await stateOf(page);
    assert.deepEqual([playing, steps], [false, 0]);
    assert.ok(await drawnShareOf(page, '#canvas-0') > 0);
    await page.click('#play');
    await until(page, ({sides: [side]}) => side.steps > 0);
});

for (const [width, height] of [[360, 740], [600, 900], [801, 600], [1280, 800], [2560, 1300]]) {
    test(`the page fits ${width} x ${height}`, async (t) => {
        for (const hash of ['', '#preset=drift', '#tab=benchmark']) {
            const page = await openPage(t, {hash, viewport: {width, height}});
            assert.ok(await overflow(page) <= 0, hash);
            if (hash === '#tab=benchmark')
                continue;
            for (const id of ['play', 'canvas-0', 'time'])
                assert.ok(await page.isVisible(`#${id}`));
            const {width: canvasWidth, height: canvasHeight} = await page.locator('#canvas-0').boundingBox();
            const widthMin = Math.min(width, 400) * 0.9 / (hash && width > 800 ? 2 : 1);
            assert.ok(canvasWidth >= widthMin && canvasHeight >= 200, `${canvasWidth} x ${canvasHeight}`);
        }
    });
}

test('the canvas has the resolution of the display and equal axes', async (t) => {
    const page = await openPage(t, {deviceScaleFactor: 2, viewport: {width: 900, height: 700}});
    await pauseAt(page, 1.5);
    const size = await page.$eval('#canvas-0', ({width, height, clientWidth, clientHeight}) =>
        [width, height, clientWidth, clientHeight]);
    assert.deepEqual(size.slice(0, 2), [2 * size[2], 2 * size[3]]);
    // the trail of the third particle is a full circle: its width equals its height
    const extent = await page.$eval('#canvas-0', (canvas) => {
        const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const xs = [];
        const ys = [];
        for (let i = 3; i < data.length; i += 4)
            if (data[i] > 0) {
                xs.push((i >> 2) % canvas.width);
                ys.push(Math.floor((i >> 2) / canvas.width));
            }
        const most = (values) => values.reduce((a, b) => Math.max(a, b));
        const span = (values) => most(values) + most(values.map((value) => -value));
        return [span(xs), span(ys)];
    });
    assert.ok(extent[0] / extent[1] > 0.7 && extent[0] / extent[1] < 1.4, extent.join(' x '));
});

test('the canvas follows the size of the window', async (t) => {
    const page = await openPage(t);
    for (const [width, height] of [[500, 900], [1100, 500], [1280, 800]]) {
        await page.setViewportSize({width, height});
        await page.waitForFunction(() => {
            const canvas = document.querySelector('#canvas-0');
            return canvas.width === Math.round(canvas.clientWidth * devicePixelRatio) &&
                   canvas.height === Math.round(canvas.clientHeight * devicePixelRatio);
        });
    }
    assert.ok(await drawnShareOf(page, '#canvas-0') > 0);
});

test('the help dialog opens and closes', async (t) => {
    const page = await openPage(t);
    await page.click('#help');
    assert.match(await page.textContent('#help-dialog'), /Nothing is interpolated/);
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !document.querySelector('#help-dialog').open);
});

test('screenshots', async (t) => {
    for (const [name, hash, time, options] of [
        ['narrow', '', 1.2, {viewport: {width: 360, height: 740}}],
        ['narrow-side-by-side', '#preset=drift', 1, {viewport: {width: 360, height: 740}, colorScheme: 'dark'}],
        ['disc', '#preset=disc', 1.6, {colorScheme: 'dark'}],
        ['spiral', '#preset=spiral', 4, {colorScheme: 'dark'}],
        ['ring', '#preset=ring', 1, {}],
    ]) {
        const page = await openPage(t, {hash, ...options});
        await until(page, ({sides}) => sides[0].time >= time);
        await screenshot(page, name);
    }
});

// docs/page.webp is a copy of this screenshot.
test('the screenshot for the README', async (t) => {
    const page = await openPage(t, {hash: '#preset=random1000', colorScheme: 'dark'});
    await until(page, ({sides}) => sides[0].time >= 2.4);
    assert.ok(await saveWebp(page, 'page') < 200000);
});
