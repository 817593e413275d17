// The tab that runs the benchmark, draws its chart and fills its table.
import * as daemon from './daemon.js';
import {duration, powerOfTen, scientific} from './text.js';

const KINDS = {
    standard: {},
    quick: {max_time: 0.1, min_rounds: 3, warmup: 'off'},
};

const SVG = 'http://www.w3.org/2000/svg';
const CHART = {row: 46, left: 98, right: 22, top: 10, bottom: 30}; // pixels
const TICK_PX = 56; // names on the scale are as far apart

const $ = (id) => document.getElementById(id);

function shape(name, attributes, text) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes))
        element.setAttribute(key, value);
    if (text !== undefined)
        element.textContent = text;
    return element;
}

function cell(row, text, header = false) {
    const element = document.createElement(header ? 'th' : 'td');
    if (header)
        element.scope = 'row';
    element.textContent = text;
    row.append(element);
}

// 10⁻⁶ s reads worse than 1 µs.
const tickName = (exponent) => {
    const name = duration(10 ** exponent).replace(/\.0*/, '');
    return name.includes('e') ? `${powerOfTen(exponent)} s` : name;
};

// Whiskers, box and median of each method, one below the other.
function drawChart(benchmarks) {
    const {row, left, right, top, bottom} = CHART;
    const {width} = $('bench-chart').getBoundingClientRect();
    const height = top + row * benchmarks.length + bottom;
    const all = benchmarks.flatMap(({stats}) => [stats.ld15iqr, stats.hd15iqr, stats.q1, stats.q3]);
    const low = Math.floor(Math.log10(Math.min(...all)));
    const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...all))));
    const toX = (seconds) => left + ((width - left - right) * (Math.log10(seconds) - low)) / (high - low);
    const svg = shape('svg', {width, height, role: 'img'});
    svg.setAttribute('aria-label', benchmarks.map(({name, stats}) =>
        `${name}: median ${duration(stats.median)}`).join('; '));
    const step = Math.ceil((TICK_PX * (high - low)) / (width - left - right));
    for (let exponent = low; exponent <= high; exponent += step) {
        const x = toX(10 ** exponent);
        const text = {class: 'tick', x, y: height - 10, 'text-anchor': 'middle'};
        svg.append(shape('line', {class: 'grid', x1: x, x2: x, y1: top, y2: height - bottom}),
                   shape('text', text, tickName(exponent)));
    }
    benchmarks.forEach(({name, stats}, i) => {
        const y = top + row * (i + 0.5);
        const line = (x1, x2, dy1, dy2, kind) =>
            shape('line', {class: kind, x1, x2, y1: y + dy1, y2: y + dy2});
        const [least, q1, median, q3, most] =
            [stats.ld15iqr, stats.q1, stats.median, stats.q3, stats.hd15iqr].map(toX);
        svg.append(
            shape('text', {class: 'name', x: left - 14, y: y + 4, 'text-anchor': 'end'}, name),
            line(least, most, 0, 0, 'whisker'),
            line(least, least, -5, 5, 'whisker'),
            line(most, most, -5, 5, 'whisker'),
            shape('rect', {class: 'box', x: q1 - 1, y: y - 9, width: q3 - q1 + 2, height: 18, rx: 1.5}),
            line(median, median, -13, 13, 'median'),
            shape('text', {class: 'value', x: median, y: y - 15, 'text-anchor': 'middle'},
                  duration(stats.median)));
    });
    $('bench-chart').replaceChildren(svg);
}

// What the daemon could not say is null.
const known = (value, text) => (value === null ? '–' : text(value));
const times = (ratio) =>
    `${ratio >= 100 ? Math.round(ratio).toLocaleString('en') : ratio.toPrecision(3)} ×`;

function fillTable(benchmarks) {
    $('bench-table').tBodies[0].replaceChildren(...benchmarks.map(({name, stats, extra_info: extra}) => {
        const row = document.createElement('tr');
        cell(row, name, true);
        cell(row, duration(stats.median));
        cell(row, `${duration(stats.q1)} … ${duration(stats.q3)}`);
        cell(row, stats.rounds.toLocaleString('en'));
        cell(row, known(extra.ns_per_particle_step, (ns) => duration(ns * 1e-9)));
        cell(row, known(extra.speedup_over_reference, times));
        cell(row, known(extra.max_difference_from_reference, scientific));
        return row;
    }));
}

function show({benchmarks, machine_info: machine, datetime}) {
    $('bench-result').hidden = false;
    drawChart(benchmarks);
    fillTable(benchmarks);
    $('bench-machine').textContent = `${machine.cpu.brand}, ${machine.cpu.count} cores, ` +
        `${machine.kernels} kernels, ${datetime.slice(0, 16).replace('T', ' ')} UTC`;
}

export class BenchTab {
    state = 'idle'; // 'running', 'done', 'failed', 'stopped'
    report = null;
    #abort = null;

    constructor() {
        $('bench-form').addEventListener('submit', (event) => {
            event.preventDefault();
            this.#run(new FormData(event.target).get('bench-kind'));
        });
        $('bench-stop').addEventListener('click', () => this.#abort?.abort());
        new ResizeObserver(([{contentRect}]) => {
            if (this.report && contentRect.width > 0)
                drawChart(this.report.benchmarks);
        }).observe($('bench-chart'));
    }

    async #run(kind) {
        const begun = performance.now();
        this.#abort = new AbortController();
        this.#setRunning(true);
        const clock = setInterval(() => {
            const seconds = Math.round((performance.now() - begun) / 1000);
            $('bench-status').textContent = `Running for ${seconds} s`;
        }, 1000);
        $('bench-status').textContent = 'Running';
        $('bench-alert').hidden = true;
        try {
            for await (const {report} of daemon.bench(KINDS[kind], this.#abort.signal)) {
                this.report = report;
                show(report);
            }
            this.state = 'done';
            $('bench-status').textContent = `Done in ${((performance.now() - begun) / 1000).toFixed(1)} s`;
        } catch (error) {
            this.#fail(error);
        } finally {
            clearInterval(clock);
            this.#setRunning(false);
        }
    }

    #setRunning(running) {
        if (running)
            this.state = 'running';
        $('bench-run').disabled = running;
        $('bench-stop').disabled = !running;
    }

    #fail(error) {
        if (error.name === 'AbortError') {
            this.state = 'stopped';
            $('bench-status').textContent = 'Stopped';
            return;
        }
        if (!(error instanceof daemon.Refusal || error instanceof daemon.Unreachable))
            throw error;
        this.state = 'failed';
        $('bench-status').textContent = '';
        const title = document.createElement('strong');
        title.textContent = error.problem?.title ?? 'The daemon does not answer';
        const detail = error.problem ? error.message : 'Run it again once it is back.';
        $('bench-alert').replaceChildren(title, ` ${detail}`);
        $('bench-alert').hidden = false;
    }
}
