// The chart of the distance between two methods, over simulated time, on a logarithmic scale.
import {css, themeColour} from './palette.js';
import {powerOfTen} from './number_format.js';

const POINTS_MAX = 1200;
const DECADES_MIN = 3;

export class DifferenceChart {
    #canvas;
    #points = []; // {time, largest, rms}
    #interval = 1; // frames per point
    #frames = 0; // added so far

    constructor(canvas) {
        this.#canvas = canvas;
    }

    clear() {
        this.#points = [];
        this.#interval = 1;
        this.#frames = 0;
    }

    // If there are too many points, every second one is removed and the interval doubles.
    add(point) {
        if (this.#frames++ % this.#interval !== 0)
            return;
        this.#points.push(point);
        if (this.#points.length > POINTS_MAX) {
            this.#points = this.#points.filter((_, i) => i % 2 === 0);
            this.#interval *= 2;
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

    // The exponents of ten at both ends of the scale.
    #decades() {
        const values =
            this.#points.flatMap(({largest, rms}) => [largest, rms]).filter((value) => value > 0);
        if (values.length === 0)
            return [-17, -17 + DECADES_MIN];
        const low = Math.floor(Math.log10(values.reduce((a, b) => Math.min(a, b))));
        const high = Math.ceil(Math.log10(values.reduce((a, b) => Math.max(a, b))) + 1e-9);
        return [low, Math.max(high, low + DECADES_MIN)];
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

    // The scale has no 0, so the line has a gap where the distance is 0.
    #drawLine(context, name, toX, toY, colour, width) {
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.lineJoin = 'round';
        context.beginPath();
        let isOpen = false;
        for (const point of this.#points) {
            if (point[name] > 0) {
                const draw = isOpen ? 'lineTo' : 'moveTo';
                context[draw](toX(point.time), toY(point[name]));
            }
            isOpen = point[name] > 0;
        }
        context.stroke();
    }
}
