// Draws particles onto a canvas. A few: as discs with lines behind them that join the positions that
// the daemon computed. Many: as stamps in a picture of our own, which is the quickest way without
// a graphics processor, and trails are what remains of older stamps.
import {BINS, PLAIN, css} from './palette.js';

const FEW = 300;
const HISTORY_POINTS = 12000; // positions remembered for the lines, of all particles together
const HISTORY_MAX = 240; // of one
const BANDS = 12; // of a line, fading
const PHASES = 4; // places of a stamp within a pixel, in each direction
const TRAIL = 150; // intensity of a stamp, of 255, once it is not the latest

export class Painter {
    #canvas;
    #context;
    #width = 0;
    #height = 0;
    #ratio = 1;
    #palette = [];
    #history = []; // sets, oldest first
    #image = null;
    #pixels = null; // of the image
    #cells = null; // bin << 8 | intensity, of each pixel
    #colours = new Uint32Array((BINS + 1) << 8); // of each value of a cell
    #masks = null;
    #masksKey = '';

    constructor(canvas) {
        this.#canvas = canvas;
        this.#context = canvas.getContext('2d', {willReadFrequently: true});
    }

    resize(width, height, ratio) {
        this.#canvas.width = this.#width = width;
        this.#canvas.height = this.#height = height;
        this.#ratio = ratio;
        this.#image = null;
    }

    setPalette(palette) {
        this.#palette = palette;
        const words = new Uint8Array(this.#colours.buffer);
        palette.forEach((colour, bin) => {
            for (let intensity = 0; intensity < 256; intensity++)
                words.set([...colour, intensity], ((bin << 8) | intensity) * 4);
        });
    }

    // Forgets where particles were.
    clearTrails() {
        this.#history = [];
        this.#clearCells();
    }

    // Older stamps are where they were drawn; lines move with the view.
    viewMoved() {
        this.#clearCells();
    }

    // `set` as seen by `view` (pixels a unit, and where the origin lies); `bins` has the colour of each
    // particle, or is null. `isNew` says that the particles have moved since the last time.
    draw(set, view, {bins, trails, isNew}) {
        if (this.#width === 0 || this.#height === 0)
            return;
        if (set.count <= FEW)
            this.#drawFew(set, view, bins, trails, isNew);
        else
            this.#drawMany(set, view, bins, trails && isNew);
    }

    // --- few -------------------------------------------------------------------------------

    #drawFew(set, view, bins, trails, isNew) {
        const context = this.#context;
        context.clearRect(0, 0, this.#width, this.#height);
        this.#cells = null;
        if (!trails)
            this.#history = [];
        else if (isNew || this.#history.length === 0)
            this.#remember(set);
        const groups = groupByBin(set.count, bins);
        for (const [bin, members] of groups)
            this.#drawLines(members, view, this.#palette[bin]);
        const radius = this.#ratio * (set.count <= 12 ? 5.5 : set.count <= 60 ? 4 : 2.5);
        for (const [bin, members] of groups) {
            context.fillStyle = css(this.#palette[bin]);
            context.beginPath();
            for (const i of members) {
                const x = view.left + set.x[i] * view.scale;
                const y = view.top - set.y[i] * view.scale;
                context.moveTo(x + radius, y);
                context.arc(x, y, radius, 0, 2 * Math.PI);
            }
            context.fill();
        }
    }

    #remember(set) {
        const room = Math.max(12, Math.min(HISTORY_MAX, Math.floor(HISTORY_POINTS / set.count)));
        this.#history.push(set);
        if (this.#history.length > room)
            this.#history.splice(0, this.#history.length - room);
    }

    #drawLines(members, view, colour) {
        const context = this.#context;
        const history = this.#history;
        const last = history.length - 1;
        context.lineWidth = 1.75 * this.#ratio;
        context.lineJoin = 'round';
        context.lineCap = 'butt';
        for (let band = 0; band < BANDS; band++) {
            const from = Math.floor((last * band) / BANDS);
            const to = Math.floor((last * (band + 1)) / BANDS);
            if (from === to)
                continue;
            context.strokeStyle = css(colour, 0.75 * ((band + 0.5) / BANDS) ** 1.5);
            context.beginPath();
            for (const i of members) {
                for (let k = from; k <= to; k++) {
                    const x = view.left + history[k].x[i] * view.scale;
                    const y = view.top - history[k].y[i] * view.scale;
                    if (k === from)
                        context.moveTo(x, y);
                    else
                        context.lineTo(x, y);
                }
            }
            context.stroke();
        }
    }

    // --- many ------------------------------------------------------------------------------

    #drawMany(set, view, bins, fade) {
        if (!this.#image) {
            this.#image = new ImageData(this.#width, this.#height);
            this.#pixels = new Uint32Array(this.#image.data.buffer);
            this.#cells = null;
        }
        this.#cells ??= new Uint16Array(this.#pixels.length);
        this.#history = [];
        if (fade)
            this.#fadeCells();
        else
            this.#clearCells();
        this.#stamp(set, view, bins);
        this.#context.putImageData(this.#image, 0, 0);
    }

    #clearCells() {
        this.#cells?.fill(0);
        this.#pixels?.fill(0);
    }

    // Each by a sixteenth and one more, so that nothing stays for ever.
    #fadeCells() {
        const cells = this.#cells;
        const pixels = this.#pixels;
        const colours = this.#colours;
        for (let i = 0; i < cells.length; i++) {
            const cell = cells[i];
            if (cell === 0)
                continue;
            const intensity = Math.min(cell & 255, TRAIL);
            const faded = intensity - (intensity >> 4) - 1;
            cells[i] = faded > 0 ? (cell & 0xff00) | faded : 0;
            pixels[i] = faded > 0 ? colours[cells[i]] : 0;
        }
    }

    #stamp(set, view, bins) {
        const {count, x, y} = set;
        const {left, top, scale} = view;
        const cells = this.#cells;
        const pixels = this.#pixels;
        const colours = this.#colours;
        const width = this.#width;
        const masks = this.#masksFor(count);
        const {reach} = masks;
        const right = width - reach - 1;
        const bottom = this.#height - reach - 1;
        for (let i = 0; i < count; i++) {
            const px = left + x[i] * scale;
            const py = top - y[i] * scale;
            if (!(px >= reach && py >= reach && px < right && py < bottom))
                continue;
            const ix = px | 0;
            const iy = py | 0;
            const mask = masks.at[((py - iy) * PHASES | 0) * PHASES + ((px - ix) * PHASES | 0)];
            const {offsets, intensities} = mask;
            const bin = (bins ? bins[i] : PLAIN) << 8;
            const base = iy * width + ix;
            for (let k = 0; k < offsets.length; k++) {
                const cell = base + offsets[k];
                if (intensities[k] > (cells[cell] & 255)) {
                    const value = bin | intensities[k];
                    cells[cell] = value;
                    pixels[cell] = colours[value];
                }
            }
        }
    }

    // A disc in each of its places within a pixel: which cells it covers, and how much.
    #masksFor(count) {
        const size = count <= 2000 ? 3.6 : count <= 20000 ? 2.4 : 1.6;
        const radius = (size * this.#ratio) / 2;
        const key = `${radius} ${this.#width}`;
        if (this.#masksKey !== key) {
            const reach = Math.ceil(radius + 0.5);
            const at = [];
            for (let phase = 0; phase < PHASES * PHASES; phase++)
                at.push(makeMask(radius, reach, (phase % PHASES + 0.5) / PHASES,
                                 (Math.floor(phase / PHASES) + 0.5) / PHASES, this.#width));
            this.#masks = {reach, at};
            this.#masksKey = key;
        }
        return this.#masks;
    }
}

function groupByBin(count, bins) {
    const groups = new Map();
    for (let i = 0; i < count; i++) {
        const bin = bins ? bins[i] : PLAIN;
        if (!groups.has(bin))
            groups.set(bin, []);
        groups.get(bin).push(i);
    }
    return groups;
}

function makeMask(radius, reach, x, y, width) {
    const offsets = [];
    const intensities = [];
    for (let dy = -reach; dy <= reach; dy++) {
        for (let dx = -reach; dx <= reach; dx++) {
            const distance = Math.hypot(dx + 0.5 - x, dy + 0.5 - y);
            const cover = Math.max(0, Math.min(1, radius + 0.5 - distance));
            if (cover > 0.1) {
                offsets.push(dy * width + dx);
                intensities.push(Math.round(255 * cover));
            }
        }
    }
    return {offsets: Int32Array.from(offsets), intensities: Uint8Array.from(intensities)};
}
