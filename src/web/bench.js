// The benchmark tab: runs the benchmark, draws the chart and fills the table.
import * as daemon from './daemon.js';
import {duration, powerOfTen, scientific} from './number_format.js';

const KINDS = {
    standard: {},
    quick: {max_time: 0.1, min_rounds: 3, warmup: 'off'},
};

const SVG = 'http://www.w3.org/2000/svg';
const CHART = {row: 46, left: 98, right: 22, top: 10, bottom: 30}; // pixels
const TICK_PX = 56; // the least distance of the labels on the scale

const $ = (id) => document.getElementById(id);

function svgElement(name, attributes, text) {
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

// A time unit is easier to read than a power of ten: 1 µs, not 10⁻⁶ s.
const tickLabel = (exponent) => {
    const label = duration(10 ** exponent).replace(/\.0*/, '');
    return label.includes('e') ? `${powerOfTen(exponent)} s` : label;
};

// A box plot with one row per method.
function drawChart(benchmarks) {
    const {row, left, right, top, bottom} = CHART;
    const {width} = $('bench-chart').getBoundingClientRect();
    const height = top + row * benchmarks.length + bottom;
    const all = benchmarks.flatMap(({stats}) => [stats.ld15iqr, stats.hd15iqr, stats.q1, stats.q3]);
    const low = Math.floor(Math.log10(Math.min(...all)));
    const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...all))));
    const toX = (seconds) => left + ((width - left - right) * (Math.log10(seconds) - low)) / (high - low);
    const svg = svgElement('svg', {width, height, role: 'img'});
    svg.setAttribute('aria-label', benchmarks.map(({name, stats}) =>
        `${name}: median ${duration(stats.median)}`).join('; '));
    const step = Math.ceil((TICK_PX * (high - low)) / (width - left - right));
    for (let exponent = low; exponent <= high; exponent += step) {
        const x = toX(10 ** exponent);
        const text = {class: 'tick', x, y: height - 10, 'text-anchor': 'middle'};
        svg.append(svgElement('line', {class: 'grid', x1: x, x2: x, y1: top, y2: height - bottom}),
                   svgElement('text', text, tickLabel(exponent)));
    }
    benchmarks.forEach(({name, stats}, i) => {
        const y = top + row * (i + 0.5);
        const line = (x1, x2, dy1, dy2, className) =>
            svgElement('line', {class: className, x1, x2, y1: y + dy1, y2: y + dy2});
        const [low15, q1, median, q3, high15] =
            [stats.ld15iqr, stats.q1, stats.median, stats.q3, stats.hd15iqr].map(toX);
        svg.append(
            svgElement('text', {class: 'name', x: left - 14, y: y + 4, 'text-anchor': 'end'}, name),
            line(low15, high15, 0, 0, 'whisker'),
            line(low15, low15, -5, 5, 'whisker'),
            line(high15, high15, -5, 5, 'whisker'),
            svgElement('rect', {class: 'box', x: q1 - 1, y: y - 9, width: q3 - q1 + 2, height: 18, rx: 1.5}),
            line(median, median, -13, 13, 'median'),
            svgElement('text', {class: 'value', x: median, y: y - 15, 'text-anchor': 'middle'},
                  duration(stats.median)));
    });
    $('bench-chart').replaceChildren(svg);
}

// The report has null for a value that the daemon does not know.
const orDash = (value, text) => (value === null ? '–' : text(value));
const ratioText = (ratio) =>
    `${ratio >= 100 ? Math.round(ratio).toLocaleString('en') : ratio.toPrecision(3)} ×`;

function fillTable(benchmarks) {
    $('bench-table').tBodies[0].replaceChildren(...benchmarks.map(({name, stats, extra_info: extra}) => {
        const row = document.createElement('tr');
        cell(row, name, true);
        cell(row, duration(stats.median));
        cell(row, `${duration(stats.q1)} … ${duration(stats.q3)}`);
        cell(row, stats.rounds.toLocaleString('en'));
        cell(row, orDash(extra.ns_per_particle_step, (ns) => duration(ns * 1e-9)));
        cell(row, orDash(extra.speedup_over_reference, ratioText));
        cell(row, orDash(extra.max_difference_from_reference, scientific));
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
        const start = performance.now();
        this.#abort = new AbortController();
        this.#setRunning(true);
        const timer = setInterval(() => {
            const seconds = Math.round((performance.now() - start) / 1000);
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
            $('bench-status').textContent = `Done in ${((performance.now() - start) / 1000).toFixed(1)} s`;
        } catch (error) {
            this.#fail(error);
        } finally {
            clearInterval(timer);
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
        if (!(error instanceof daemon.ProblemError || error instanceof daemon.UnreachableError))
            throw error;
        this.state = 'failed';
        $('bench-status').textContent = '';
        const title = document.createElement('strong');
        title.textContent = error.problem?.title ?? 'The daemon does not respond';
        const detail = error.problem ? error.message : 'Run the benchmark again when the daemon responds.';
        $('bench-alert').replaceChildren(title, ` ${detail}`);
        $('bench-alert').hidden = false;
    }
}
