// The numbers beside the particles: the clock, the phases of the last request, and the positions.
import {bytes, duration, grouped, si} from './number_format.js';

const $ = (id) => document.getElementById(id);

// Segments of the bar. The daemon counts `parse` as part of `receive`. `rest` is the part of `total` that is in
// no other phase.
const PHASES = ['receive', 'parse', 'queue', 'evolve', 'serialize', 'rest'];

// Larger sets are not listed.
const ROWS_MAX = 6;

// The weight of a new value in the moving average. Without the average, the numbers change too fast to be read.
const WEIGHT = 0.15;

export class Readings {
    #averages = {};

    constructor() {
        for (const name of PHASES) {
            const segment = document.createElement('span');
            segment.className = `phase-${name}`;
            $('phases').append(segment);
            const key = document.createElement('li');
            const swatch = document.createElement('i');
            swatch.className = `phase-${name}`;
            const value = document.createElement('b');
            value.textContent = '–';
            key.append(swatch, `${name} `, value);
            $('phase-keys').append(key);
        }
    }

    clear() {
        this.#averages = {};
    }

    // Adds a frame to the averages. `responses` has one response for each side.
    addFrame(responses) {
        const add = (name, value) => {
            this.#averages[name] = name in this.#averages
                ? this.#averages[name] + WEIGHT * (value - this.#averages[name]) : value;
        };
        const {phases, count, steps, elapsed} = responses[0];
        const sum = ['receive', 'queue', 'evolve', 'serialize'].reduce(
            (all, name) => all + (phases[name] ?? 0), 0);
        for (const name of PHASES)
            add(name, name === 'rest' ? Math.max(0, (phases.total ?? 0) - sum)
                : name === 'receive' ? Math.max(0, (phases.receive ?? 0) - (phases.parse ?? 0))
                : phases[name] ?? 0);
        add('rate', phases.evolve > 0 ? (count * steps) / (phases.evolve / 1000) : 0);
        add('elapsed', elapsed);
    }

    showClock(runner) {
        const [side] = runner.sides;
        const fps = runner.framesPerSecond;
        $('time').textContent = side.time.toFixed(side.time < 1000 ? 3 : 1);
        $('steps').textContent = grouped(side.steps);
        $('count').textContent = grouped(side.set.count);
        $('fps').textContent = fps > 0 ? fps.toFixed(fps < 9.95 ? 1 : 0) : '–';
    }

    showRequest(responses) {
        const total = PHASES.reduce((sum, name) => sum + (this.#averages[name] ?? 0), 0);
        PHASES.forEach((name, i) => {
            const milliseconds = this.#averages[name] ?? 0;
            $('phases').children[i].style.flexGrow = total > 0 ? milliseconds / total : 0;
            $('phase-keys').children[i].lastChild.textContent =
                milliseconds > 0 ? duration(milliseconds / 1000) : '0';
        });
        $('phases').setAttribute('aria-label', `Phases of the last request, in milliseconds: ${PHASES.map(
            (name) => `${name} ${(this.#averages[name] ?? 0).toFixed(2)}`).join(', ')}`);
        const [response] = responses;
        $('throughput').textContent = this.#averages.rate > 0 ? si(this.#averages.rate) : 'no steps';
        $('elapsed').textContent = duration(this.#averages.elapsed / 1000);
        $('traffic').textContent = `${bytes(response.sent)}, ${bytes(response.received)} ${response.format}`;
    }

    showPositions(set) {
        const body = $('positions').tBodies[0];
        $('table-section').hidden = set.count > ROWS_MAX;
        if (set.count > ROWS_MAX)
            return;
        while (body.rows.length > set.count)
            body.deleteRow(-1);
        while (body.rows.length < set.count)
            for (let row = body.insertRow(); row.cells.length < 4;)
                row.insertCell();
        for (let i = 0; i < set.count; i++) {
            const values = [set.x[i], set.y[i], Math.hypot(set.x[i], set.y[i])].map(
                (value) => value.toFixed(5));
            [...values, String(set.ang_vel[i])].forEach((value, k) => {
                body.rows[i].cells[k].textContent = value.replace('-', '−');
            });
        }
    }
}
