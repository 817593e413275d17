// The page: settings <-> controls <-> address, and the animation between daemon and picture.
import * as address from './address.js';
import {BenchTab} from './bench.js';
import * as daemon from './daemon.js';
import {Dialogs} from './dialogs.js';
import {DifferenceChart} from './difference.js';
import {makePalette} from './palette.js';
import {distances, triples, withParticle, withoutParticle} from './particles.js';
import {presets, rates} from './presets.js';
import {Readings} from './readings.js';
import {Runner} from './runner.js';
import {Stage} from './stage.js';
import {scientific} from './text.js';
import {onThemeChange} from './theme_switch.js';
import {particleOf, setText, showTrouble} from './trouble.js';
import {Camera} from './view.js';

const READINGS_MS = 200; // numbers change no more often
const TABS = ['simulation', 'benchmark'];
const LINKS = {lost: 'no answer', busy: 'busy'};

const $ = (id) => document.getElementById(id);

let {settings, set: ownSet, tab} = address.read(location.hash);
let version = null; // what the daemon says of itself: among other things, its methods
let readAt = 0; // when the numbers were last written
let wanted = 0; // the frame that was asked of the display
let hasChanged = {view: true, frame: false, look: true}; // since it was drawn
let wasLost = false;
let fault = null; // of a file that could not be read

const camera = new Camera();
const runner = new Runner(onRunner);
const readings = new Readings();
const chart = new DifferenceChart($('difference-chart'));
const bench = new BenchTab();
const actions = {onMove: viewMoved, onAdd: addParticle};
const stages = [new Stage(0, camera, actions), new Stage(1, camera, actions)];

// --- the animation ----------------------------------------------------------------------------

function onRunner(isNew) {
    hasChanged.frame ||= isNew;
    const [side] = runner.sides;
    if (isNew && side.answer) {
        readings.take(runner.sides.map(({answer}) => answer));
        if (runner.sides.length > 1)
            chart.add({time: side.time, ...distances(side.set, runner.sides[1].set)});
    }
    if (isNew && side.steps === 0 && side.time === 0) {
        stages.forEach((stage) => stage.clearTrails());
        chart.clear();
        readings.clear();
    }
    refresh();
}

// Draws at the next frame of the display.
function refresh() {
    wanted ||= requestAnimationFrame(onDisplay);
}

function onDisplay(now) {
    wanted = 0;
    runner.tick(now);
    const shown = runner.sides.map((_, i) => stages[i]);
    const resized = shown.map((stage) => stage.fit()).some(Boolean);
    if (resized || hasChanged.view)
        shown.forEach((stage) => stage.drawGrid());
    if (resized || hasChanged.view || hasChanged.frame || hasChanged.look)
        shown.forEach((stage, i) => stage.draw(runner.sides[i].set, settings, hasChanged.frame));
    hasChanged = {view: false, frame: false, look: false};
    if (now - readAt > READINGS_MS || !runner.isBusy) {
        readAt = now;
        showReadings();
    }
    showState();
    if (runner.isBusy)
        refresh();
}

function showReadings() {
    const [side, other] = runner.sides;
    readings.showClock(runner);
    readings.showPositions(side.set);
    if (side.answer)
        readings.showRequest(runner.sides.map(({answer}) => answer));
    showLegend(stages[0].scale);
    if (!other)
        return;
    const canvas = $('difference-chart');
    const ratio = window.devicePixelRatio;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(canvas.clientHeight * ratio);
    chart.draw(ratio);
    $('difference-now').textContent = scientific(distances(side.set, other.set).largest);
}

function showLegend({low, high}) {
    const number = (value) => String(Number(value.toPrecision(3))).replace('-', '−');
    setText($('legend-low'), number(low));
    setText($('legend-high'), number(high));
    $('ramp').className = `ramp ${low >= 0 ? 'up' : high <= 0 ? 'down' : ''}`;
}

function viewMoved() {
    hasChanged.view = true;
    stages.forEach((stage) => stage.viewMoved());
    refresh();
}

// --- what is going on -------------------------------------------------------------------------

function showState() {
    const {playing, trouble} = runner;
    setText($('play'), playing ? 'Pause' : 'Play');
    setText($('link-text'), LINKS[trouble?.kind] ?? (version ? 'connected' : 'connecting'));
    $('link').dataset.state = trouble?.kind ?? (version ? 'ok' : 'wait');
    if (wasLost && trouble?.kind !== 'lost')
        askVersion(); // it may be another one now
    wasLost = trouble?.kind === 'lost';
    showTrouble(fault ? {kind: 'fault', problem: {title: 'Not a particle set', detail: fault}} : trouble);
}

function onAlertAction() {
    const index = particleOf(runner.trouble?.problem);
    if (fault) {
        fault = null;
        refresh();
    } else if (index >= 0) {
        editSet((set) => withoutParticle(set, index));
    } else {
        runner.retryNow();
    }
}

async function askVersion() {
    try {
        version = await daemon.version();
    } catch (error) {
        if (!(error instanceof daemon.Refusal || error instanceof daemon.Unreachable))
            throw error;
        setTimeout(askVersion, 1000); // the animation says what is wrong
        return;
    }
    const {version: number, cpu, threads} = version;
    $('build').textContent = `${number} · ${cpu.kernels} · ${threads.workers} workers`;
    fillMethods();
    refresh();
}

// --- settings ---------------------------------------------------------------------------------

function fillMethods() {
    for (const id of ['method', 'method2']) {
        $(id).replaceChildren(...version.methods.map(({name, summary}) => {
            const option = new Option(name, name);
            option.title = summary;
            return option;
        }));
        $(id).value = settings[id];
    }
    showMethodHint();
}

function showMethodHint() {
    const {method, dt, timestep} = settings;
    const makesSense = Number(timestep) > 0 && Number(dt) >= 0;
    const steps = makesSense ? Math.trunc(Number(dt) / Number(timestep)) : NaN;
    const summary = version?.methods.find(({name}) => name === method)?.summary ?? '';
    const count = method !== 'analytic' && Number.isFinite(steps)
        ? ` ${steps.toLocaleString('en')} step${steps === 1 ? '' : 's'} a frame.` : '';
    setText($('method-hint'), summary && `${summary[0].toUpperCase()}${summary.slice(1)}.${count}`);
}

const inputs = ['method', 'timestep', 'dt', 'method2', 'timestep2', 'speed'];
const switches = ['trails', 'colour', 'compare'];

// Settings into the controls, the animation and the address.
function apply() {
    for (const id of inputs)
        if ($(id).value !== settings[id])
            $(id).value = settings[id];
    for (const id of switches)
        $(id).checked = settings[id];
    $('preset').value = ownSet ? 'custom' : settings.preset;
    $('rate').value = rates.indexOf(settings.rate);
    $('rate-text').textContent = `${settings.rate} /s`;
    $('rate').setAttribute('aria-valuetext', `${settings.rate} frames a second at most`);
    $('second').hidden = !settings.compare;
    $('view-1').hidden = !settings.compare;
    $('difference').hidden = !settings.compare;
    $('views').classList.toggle('two', settings.compare);
    $('legend').hidden = !settings.colour;
    const sides = [{method: settings.method, timestep: settings.timestep}];
    if (settings.compare)
        sides.push({method: settings.method2, timestep: settings.timestep2});
    runner.configure({dt: settings.dt, rate: Number(settings.rate), sides});
    sides.forEach((side, i) => {
        const caption = `${side.method}${side.method === 'analytic' ? '' : `, timestep ${side.timestep}`}`;
        stages[i].describe(settings.compare ? caption : '', `Particles moved by ${caption}`);
    });
    showMethodHint();
    const plain = location.pathname + location.search;
    history.replaceState(null, '', address.write(settings, ownSet, tab) || plain);
    hasChanged.look = true;
    refresh();
}

function choosePreset(preset) {
    settings = {...address.presetSettings(preset), speed: settings.speed};
    ownSet = null;
    fault = null;
    camera.fit();
    viewMoved();
    load(presets[preset].make());
}

function load(set) {
    runner.load(set);
    markCustom();
    apply();
}

function markCustom() {
    const option = $('preset').querySelector('[value=custom]');
    option.hidden = !ownSet;
    option.textContent = ownSet ? `Own set of ${ownSet.count.toLocaleString('en')}` : '';
}

function onSet({set, options}) {
    settings = {...settings, ...options, preset: 'custom'};
    ownSet = set;
    fault = null;
    load(set);
}

// Changes the particles where they are.
function editSet(change) {
    runner.edit(change);
    ownSet = runner.initial;
    settings.preset = 'custom';
    markCustom();
    apply();
}

function addParticle(x, y) {
    const speed = Number(settings.speed);
    if (settings.speed.trim() === '' || !Number.isFinite(speed)) {
        $('speed').focus();
        $('speed').setAttribute('aria-invalid', '');
        return;
    }
    stages.forEach((stage) => stage.clearTrails());
    editSet((set) => withParticle(set, [x, y, speed]));
}

// --- controls ---------------------------------------------------------------------------------

function listen() {
    $('preset').replaceChildren(...Object.entries(presets).map(([id, {name}]) => new Option(name, id)),
                                new Option('', 'custom'));
    $('preset').addEventListener('change', () => choosePreset($('preset').value));
    for (const id of inputs)
        $(id).addEventListener('input', () => {
            settings[id] = $(id).value;
            $(id).removeAttribute('aria-invalid');
            apply();
        });
    for (const id of switches)
        $(id).addEventListener('change', () => {
            settings[id] = $(id).checked;
            apply();
        });
    for (const id of ['trails', 'colour'])
        $(id).addEventListener('change', () => stages.forEach((stage) => stage.clearTrails()));
    $('rate').addEventListener('input', () => {
        settings.rate = rates[$('rate').value];
        apply();
    });
    $('panel').addEventListener('submit', (event) => event.preventDefault());
    $('play').addEventListener('click', togglePlay);
    $('step').addEventListener('click', () => runner.step());
    $('reset').addEventListener('click', () => runner.reset());
    $('alert-action').addEventListener('click', onAlertAction);
    const zoom = (act) => () => {
        act();
        viewMoved();
    };
    $('zoom-in').addEventListener('click', zoom(() => camera.zoomBy(1.25)));
    $('zoom-out').addEventListener('click', zoom(() => camera.zoomBy(0.8)));
    $('zoom-fit').addEventListener('click', zoom(() => camera.fit()));
    document.addEventListener('keydown', onKey);
    window.addEventListener('hashchange', () => open(address.read(location.hash)));
    new ResizeObserver(refresh).observe($('views'));
    listenToTabs();
    onThemeChange(() => {
        const palette = makePalette();
        stages.forEach((stage) => stage.setPalette(palette));
        viewMoved();
    });
}

function togglePlay() {
    if (runner.playing)
        runner.pause();
    else
        runner.play();
}

function onKey(event) {
    const isFree = event.target === document.body || event.target.classList.contains('particles');
    if (!isFree || tab !== 'simulation' || event.ctrlKey || event.altKey || event.metaKey)
        return;
    const actions = {' ': togglePlay, s: () => runner.step(), r: () => runner.reset()};
    const key = event.key.toLowerCase();
    if (Object.hasOwn(actions, key)) {
        event.preventDefault();
        actions[key]();
    }
}

function showTab(name) {
    tab = name;
    for (const id of TABS) {
        $(id).hidden = id !== name;
        $(`tab-${id}`).setAttribute('aria-selected', id === name);
        $(`tab-${id}`).tabIndex = id === name ? 0 : -1;
    }
    runner.setAway(name !== 'simulation');
    apply();
}

function listenToTabs() {
    TABS.forEach((name, i) => {
        $(`tab-${name}`).addEventListener('click', () => showTab(name));
        $(`tab-${name}`).addEventListener('keydown', ({key}) => {
            if (key === 'ArrowLeft' || key === 'ArrowRight') {
                const other = TABS[(i + 1) % TABS.length];
                showTab(other);
                $(`tab-${other}`).focus();
            }
        });
    });
}

// --- start ------------------------------------------------------------------------------------

function open(state) {
    ({settings, set: ownSet, tab} = state);
    load(ownSet ?? presets[settings.preset].make());
    showTab(tab);
}

// What a script in the page may read; it changes nothing.
Object.defineProperty(window, 'particled', {value: Object.freeze({
    get state() {
        return {
            playing: runner.playing,
            trouble: runner.trouble?.kind ?? null,
            framesPerSecond: runner.framesPerSecond,
            sides: runner.sides.map(({method, timestep, steps, time, set, answer}) =>
                ({method, timestep, steps, time, count: set.count, format: answer?.format ?? null})),
            camera: {x: camera.x, y: camera.y, zoom: camera.zoom},
            benchmark: bench.state,
        };
    },
    particles: (side = 0) => triples(runner.sides[side].set),
})});

new Dialogs({
    onSet,
    onFault(text) {
        fault = text;
        refresh();
    },
    present: () => ({set: runner.sides[0].set, time: runner.sides[0].time, options: settings}),
});
runner.load(ownSet ?? presets[settings.preset].make());
listen();
open({settings, set: ownSet, tab});
askVersion();
if (!matchMedia('(prefers-reduced-motion: reduce)').matches)
    runner.play();
