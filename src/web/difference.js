// How far two methods are apart, over the simulated time, on a logarithmic scale.
import {css, themeColour} from './palette.js';
import {powerOfTen} from './text.js';

const POINTS_MAX = 1200;
const LEAST_DECADES = 3;

export class DifferenceChart {
    #canvas;
    #points = []; // {time, largest, rms}
    #every = 1; // of the frames, how many make a point
    #seen = 0;

    constructor(canvas) {
        this.#canvas = canvas;
    }

    clear() {
        this.#points = [];
        this.#every = 1;
        this.#seen = 0;
    }

    // When there are too many points every second one goes, and from then on comes half as often.
    add(point) {
        if (this.#seen++ % this.#every !== 0)
            return;
        this.#points.push(point);
        if (this.#points.length > POINTS_MAX) {
            this.#points = this.#points.filter((_, i) => i % 2 === 0);
            this.#every *= 2;
        }
    }

    draw(ratio) {
        const canvas = this.#canvas;
        const context = canvas.getContext('2d');
        const {width, height} = canvas;
        const area = {
            left: 44 * ratio,
            top: 10 * ratio,
            right: width - 10 * ratio,
            bottom: height - 22 * ratio,
        };
        const [low, high] = this.#decades();
        const end = Math.max(this.#points.at(-1)?.time ?? 0, 1e-9);
        const toX = (time) => area.left + ((area.right - area.left) * time) / end;
        const toY = (value) => area.bottom -
            ((area.bottom - area.top) * (Math.log10(value) - low)) / (high - low);
        context.clearRect(0, 0, width, height);
        context.font = `${11 * ratio}px ${getComputedStyle(canvas).fontFamily}`;
        context.lineWidth = ratio;
        this.#drawScale(context, area, low, high, toY, ratio);
        context.textAlign = 'left';
        context.fillText('0', area.left, height - 6 * ratio);
        context.textAlign = 'right';
        if (this.#points.length > 1)
            context.fillText(`t = ${end.toFixed(2)}`, area.right, height - 6 * ratio);
        this.#drawLine(context, 'rms', toX, toY, css(themeColour('--muted')), ratio);
        this.#drawLine(context, 'largest', toX, toY, css(themeColour('--accent')), 1.75 * ratio);
    }

    // The powers of ten at the ends of the scale.
    #decades() {
        const values =
            this.#points.flatMap(({largest, rms}) => [largest, rms]).filter((value) => value > 0);
        if (values.length === 0)
            return [-17, -17 + LEAST_DECADES];
        const low = Math.floor(Math.log10(values.reduce((a, b) => Math.min(a, b))));
        const high = Math.ceil(Math.log10(values.reduce((a, b) => Math.max(a, b))) + 1e-9);
        return [low, Math.max(high, low + LEAST_DECADES)];
    }

    #drawScale(context, area, low, high, toY, ratio) {
        const step = Math.max(1, Math.ceil(((high - low) * 18 * ratio) / (area.bottom - area.top)));
        context.strokeStyle = css(themeColour('--grid'));
        context.fillStyle = css(themeColour('--muted'));
        context.textAlign = 'right';
        for (let exponent = low; exponent <= high; exponent += step) {
            const y = Math.round(toY(10 ** exponent)) + (ratio % 2) / 2;
            context.beginPath();
            context.moveTo(area.left, y);
            context.lineTo(area.right, y);
            context.stroke();
            context.fillText(powerOfTen(exponent), area.left - 6 * ratio, y + 4 * ratio);
        }
    }

    // A difference of 0 has no place on the scale: the line is interrupted.
    #drawLine(context, name, toX, toY, colour, width) {
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.lineJoin = 'round';
        context.beginPath();
        let isOpen = false;
        for (const point of this.#points) {
            if (point[name] > 0) {
                const move = isOpen ? 'lineTo' : 'moveTo';
                context[move](toX(point.time), toY(point[name]));
            }
            isOpen = point[name] > 0;
        }
        context.stroke();
    }
}
