// The numbers beside the picture: clock, phases of the last request, positions.
import {bytes, duration, grouped, si} from './text.js';

const $ = (id) => document.getElementById(id);

// Segments of the bar. `parse` is a part of `receive`, and `rest` is what of `total` is in none.
const PHASES = ['receive', 'parse', 'queue', 'evolve', 'serialize', 'rest'];

// So many particles are listed.
const ROWS = 6;

// A share of each new value goes into what is shown, so that it can be read.
const SHARE = 0.15;

export class Readings {
    #smooth = {};

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
        this.#smooth = {};
    }

    // Takes a frame in: one answer for each side.
    take(answers) {
        const add = (name, value) => {
            this.#smooth[name] = name in this.#smooth
                ? this.#smooth[name] + SHARE * (value - this.#smooth[name]) : value;
        };
        const {phases, count, steps, elapsed} = answers[0];
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

    showRequest(answers) {
        const total = PHASES.reduce((sum, name) => sum + (this.#smooth[name] ?? 0), 0);
        PHASES.forEach((name, i) => {
            const milliseconds = this.#smooth[name] ?? 0;
            $('phases').children[i].style.flexGrow = total > 0 ? milliseconds / total : 0;
            $('phase-keys').children[i].lastChild.textContent =
                milliseconds > 0 ? duration(milliseconds / 1000) : '0';
        });
        $('phases').setAttribute('aria-label', `Phases of the last request, in milliseconds: ${PHASES.map(
            (name) => `${name} ${(this.#smooth[name] ?? 0).toFixed(2)}`).join(', ')}`);
        const [answer] = answers;
        $('throughput').textContent = this.#smooth.rate > 0 ? si(this.#smooth.rate) : 'takes no steps';
        $('elapsed').textContent = duration(this.#smooth.elapsed / 1000);
        $('traffic').textContent = `${bytes(answer.sent)}, ${bytes(answer.received)} ${answer.format}`;
    }

    showPositions(set) {
        const body = $('positions').tBodies[0];
        $('table-section').hidden = set.count > ROWS;
        if (set.count > ROWS)
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
