// The main module: synchronises settings, controls and address, and passes frames from the runner to the views.
import * as address from './address.js';
import {particleOf, setText, showAlert} from './alert.js';
import {BenchTab} from './bench.js';
import * as daemon from './daemon.js';
import {Dialogs} from './dialogs.js';
import {DifferenceChart} from './difference.js';
import {scientific} from './number_format.js';
import {makePalette} from './palette.js';
import {ParticleView} from './particle_view.js';
import {distances, triples, withParticle, withoutParticle} from './particles.js';
import {presets, rates} from './presets.js';
import {Readings} from './readings.js';
import {Runner} from './runner.js';
import {onThemeChange} from './theme_switch.js';
import {Camera} from './viewport.js';

const READINGS_MS = 200; // the least time between updates of the numbers
const TABS = ['simulation', 'benchmark'];
const CONNECTION_TEXTS = {unreachable: 'no response', busy: 'busy'};

const $ = (id) => document.getElementById(id);

let {settings, customSet, tab} = address.read(location.hash);
let version = null; // the response of /version
let readingsShownAt = 0; // when the numbers were last updated
let animationFrame = 0; // the id of the requested animation frame, or 0
let hasChanged = {view: true, frame: false, settings: true}; // since the last drawing
let wasUnreachable = false;
let fileError = null; // why pasted text or a file could not be read

const camera = new Camera();
const runner = new Runner(onRunnerChange);
const readings = new Readings();
const chart = new DifferenceChart($('difference-chart'));
const bench = new BenchTab();
const actions = {onMove: viewMoved, onAdd: addParticle};
const views = [new ParticleView(0, camera, actions), new ParticleView(1, camera, actions)];

// --- the animation ----------------------------------------------------------------------------

function onRunnerChange(isNew) {
    hasChanged.frame ||= isNew;
    const [side] = runner.sides;
    if (isNew && side.response) {
        readings.addFrame(runner.sides.map(({response}) => response));
        if (runner.sides.length > 1)
            chart.add({time: side.time, ...distances(side.set, runner.sides[1].set)});
    }
    if (isNew && side.steps === 0 && side.time === 0) {
        views.forEach((view) => view.clearTrails());
        chart.clear();
        readings.clear();
    }
    refresh();
}

// Requests a drawing with the next frame of the display.
function refresh() {
    animationFrame ||= requestAnimationFrame(onDisplay);
}

function onDisplay(now) {
    animationFrame = 0;
    runner.tick(now);
    const shown = runner.sides.map((_, i) => views[i]);
    const resized = shown.map((view) => view.resize()).some(Boolean);
    if (resized || hasChanged.view)
        shown.forEach((view) => view.drawGrid());
    if (resized || hasChanged.view || hasChanged.frame || hasChanged.settings)
        shown.forEach((view, i) => view.draw(runner.sides[i].set, settings, hasChanged.frame));
    hasChanged = {view: false, frame: false, settings: false};
    if (now - readingsShownAt > READINGS_MS || !runner.isActive) {
        readingsShownAt = now;
        showReadings();
    }
    showState();
    if (runner.isActive)
        refresh();
}

function showReadings() {
    const [side, other] = runner.sides;
    readings.showClock(runner);
    readings.showPositions(side.set);
    if (side.response)
        readings.showRequest(runner.sides.map(({response}) => response));
    showLegend(views[0].scale);
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
    views.forEach((view) => view.viewMoved());
    refresh();
}

// --- connection and errors --------------------------------------------------------------------

function showState() {
    const {playing, error} = runner;
    setText($('play'), playing ? 'Pause' : 'Play');
    setText($('connection-text'), CONNECTION_TEXTS[error?.kind] ?? (version ? 'connected' : 'connecting'));
    $('connection').dataset.state = error?.kind ?? (version ? 'ok' : 'wait');
    if (wasUnreachable && error?.kind !== 'unreachable')
        fetchVersion(); // it may be another daemon now
    wasUnreachable = error?.kind === 'unreachable';
    showAlert(fileError ? {kind: 'file', problem: {title: 'Not a particle set', detail: fileError}} : error);
}

function onAlertAction() {
    const index = particleOf(runner.error?.problem);
    if (fileError) {
        fileError = null;
        refresh();
    } else if (index >= 0) {
        editSet((set) => withoutParticle(set, index));
    } else {
        runner.retryNow();
    }
}

async function fetchVersion() {
    try {
        version = await daemon.version();
    } catch (error) {
        if (!(error instanceof daemon.ProblemError || error instanceof daemon.UnreachableError))
            throw error;
        setTimeout(fetchVersion, 1000); // the runner reports the error
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
    const isValid = Number(timestep) > 0 && Number(dt) >= 0;
    const steps = isValid ? Math.trunc(Number(dt) / Number(timestep)) : NaN;
    const summary = version?.methods.find(({name}) => name === method)?.summary ?? '';
    const count = method !== 'analytic' && Number.isFinite(steps)
        ? ` ${steps.toLocaleString('en')} step${steps === 1 ? '' : 's'} per frame.` : '';
    setText($('method-hint'), summary && `${summary[0].toUpperCase()}${summary.slice(1)}.${count}`);
}

const inputs = ['method', 'timestep', 'dt', 'method2', 'timestep2', 'speed'];
const switches = ['trails', 'colour', 'compare'];

// Copies the settings to the controls, the runner and the address.
function apply() {
    for (const id of inputs)
        if ($(id).value !== settings[id])
            $(id).value = settings[id];
    for (const id of switches)
        $(id).checked = settings[id];
    $('preset').value = customSet ? 'custom' : settings.preset;
    $('rate').value = rates.indexOf(settings.rate);
    $('rate-text').textContent = `${settings.rate} /s`;
    $('rate').setAttribute('aria-valuetext', `at most ${settings.rate} frames per second`);
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
        views[i].describe(settings.compare ? caption : '', `Particles, computed with ${caption}`);
    });
    showMethodHint();
    const addressWithoutHash = location.pathname + location.search;
    history.replaceState(null, '', address.write(settings, customSet, tab) || addressWithoutHash);
    hasChanged.settings = true;
    refresh();
}

function choosePreset(preset) {
    settings = {...address.presetSettings(preset), speed: settings.speed};
    customSet = null;
    fileError = null;
    camera.fit();
    viewMoved();
    load(presets[preset].make());
}

function load(set) {
    runner.load(set);
    showCustomOption();
    apply();
}

function showCustomOption() {
    const option = $('preset').querySelector('[value=custom]');
    option.hidden = !customSet;
    option.textContent = customSet ? `Custom set: ${customSet.count.toLocaleString('en')}` : '';
}

function onSet({set, options}) {
    settings = {...settings, ...options, preset: 'custom'};
    customSet = set;
    fileError = null;
    load(set);
}

// Changes the current particles and continues from them.
function editSet(change) {
    runner.edit(change);
    customSet = runner.initial;
    settings.preset = 'custom';
    showCustomOption();
    apply();
}

function addParticle(x, y) {
    const speed = Number(settings.speed);
    if (settings.speed.trim() === '' || !Number.isFinite(speed)) {
        $('speed').focus();
        $('speed').setAttribute('aria-invalid', '');
        return;
    }
    views.forEach((view) => view.clearTrails());
    editSet((set) => withParticle(set, [x, y, speed]));
}

// --- controls ---------------------------------------------------------------------------------

function addListeners() {
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
        $(id).addEventListener('change', () => views.forEach((view) => view.clearTrails()));
    $('rate').addEventListener('input', () => {
        settings.rate = rates[$('rate').value];
        apply();
    });
    $('panel').addEventListener('submit', (event) => event.preventDefault());
    $('play').addEventListener('click', togglePlay);
    $('step').addEventListener('click', () => runner.step());
    $('reset').addEventListener('click', () => runner.reset());
    $('alert-action').addEventListener('click', onAlertAction);
    const zoom = (change) => () => {
        change();
        viewMoved();
    };
    $('zoom-in').addEventListener('click', zoom(() => camera.zoomBy(1.25)));
    $('zoom-out').addEventListener('click', zoom(() => camera.zoomBy(0.8)));
    $('zoom-fit').addEventListener('click', zoom(() => camera.fit()));
    document.addEventListener('keydown', onKey);
    window.addEventListener('hashchange', () => open(address.read(location.hash)));
    new ResizeObserver(refresh).observe($('views'));
    addTabListeners();
    onThemeChange(() => {
        const palette = makePalette();
        views.forEach((view) => view.setPalette(palette));
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
    const isAllowed = event.target === document.body || event.target.classList.contains('particles');
    if (!isAllowed || tab !== 'simulation' || event.ctrlKey || event.altKey || event.metaKey)
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
    runner.setSuspended(name !== 'simulation');
    apply();
}

function addTabListeners() {
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
    ({settings, customSet, tab} = state);
    load(customSet ?? presets[settings.preset].make());
    showTab(tab);
}

// Read-only, for tests and scripts.
Object.defineProperty(window, 'particled', {value: Object.freeze({
    get state() {
        return {
            playing: runner.playing,
            error: runner.error?.kind ?? null,
            framesPerSecond: runner.framesPerSecond,
            sides: runner.sides.map(({method, timestep, steps, time, set, response}) =>
                ({method, timestep, steps, time, count: set.count, format: response?.format ?? null})),
            camera: {x: camera.x, y: camera.y, zoom: camera.zoom},
            benchmark: bench.state,
        };
    },
    particles: (side = 0) => triples(runner.sides[side].set),
})});

new Dialogs({
    onSet,
    onError(message) {
        fileError = message;
        refresh();
    },
    getCurrent: () => ({set: runner.sides[0].set, time: runner.sides[0].time, options: settings}),
});
runner.load(customSet ?? presets[settings.preset].make());
addListeners();
open({settings, customSet, tab});
fetchVersion();
if (!matchMedia('(prefers-reduced-motion: reduce)').matches)
    runner.play();
