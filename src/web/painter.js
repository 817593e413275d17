// Draws particles onto a canvas. A few: as discs with lines behind them that join the positions that
// the daemon computed. Many: as stamps in a picture of our own, which is the quickest way without
// a graphics processor, and trails are what remains of older stamps.
import {PLAIN, css} from './palette.js';

const FEW = 300;
const HISTORY_POINTS = 12000; // positions remembered for the lines, of all particles together
const HISTORY_MAX = 240; // of one
const BANDS = 12; // of a line, fading
const PHASES = 4; // places of a stamp within a pixel, in each direction
const TRAIL = 150; // opacity of a stamp, of 255, once it is not the latest
const OPAQUE = 255 << 24;
const DUST = 20000; // more than that are squares
const DUST_SIZE = 1.6; // their side

export class Painter {
    #canvas;
    #context;
    #width = 0;
    #height = 0;
    #ratio = 1;
    #palette = [];
    #history = []; // sets, oldest first
    #image = null;
    #pixels = null; // of the image: opacity in the highest byte, below it the colour
    #words = []; // the colours of the palette as they stand in a pixel, without opacity
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
        this.#words = Int32Array.from(palette, ([r, g, b]) => r | (g << 8) | (b << 16));
    }

    // Forgets where particles were.
    clearTrails() {
        this.#history = [];
        this.#pixels?.fill(0);
    }

    // Older stamps are where they were drawn; lines move with the view.
    viewMoved() {
        this.#pixels?.fill(0);
    }

    // `set` as seen by `view` (pixels a unit, and where the origin lies); `bins` has the colour of each
    // particle, or is null. `isNew` says that the particles have moved since the last time.
    draw(set, view, {bins, trails, isNew}) {
        if (this.#width === 0 || this.#height === 0)
            return;
        if (set.count <= FEW)
            this.#drawFew(set, view, bins, trails, isNew);
        else
            this.#drawMany(set, view, bins, trails, isNew);
    }

    // --- few -------------------------------------------------------------------------------

    #drawFew(set, view, bins, trails, isNew) {
        const context = this.#context;
        context.clearRect(0, 0, this.#width, this.#height);
        this.#image = null;
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

    #drawMany(set, view, bins, trails, isNew) {
        if (!this.#image) {
            this.#image = new ImageData(this.#width, this.#height);
            this.#pixels = new Int32Array(this.#image.data.buffer);
        }
        this.#history = [];
        if (!trails)
            this.#pixels.fill(0);
        else if (isNew)
            this.#fade();
        if (set.count > DUST)
            this.#scatter(set, view, bins);
        else
            this.#stamp(set, view, bins);
        this.#context.putImageData(this.#image, 0, 0);
    }

    // Each by a sixteenth and one more, so that nothing stays for ever.
    #fade() {
        const pixels = this.#pixels;
        for (let i = 0; i < pixels.length; i++) {
            const pixel = pixels[i];
            if (pixel === 0)
                continue;
            const opacity = Math.min(pixel >>> 24, TRAIL);
            const faded = opacity - (opacity >> 4) - 1;
            pixels[i] = faded > 0 ? (pixel & 0xffffff) | (faded << 24) : 0;
        }
    }

    // Discs with soft edges.
    #stamp(set, view, bins) {
        const {count, x, y} = set;
        const {left, top, scale} = view;
        const pixels = this.#pixels;
        const words = this.#words;
        const width = this.#width;
        const {reach, cells, offsets, opacities} = this.#masksFor(count);
        const right = width - reach - 1;
        const bottom = this.#height - reach - 1;
        for (let i = 0; i < count; i++) {
            const px = left + x[i] * scale;
            const py = top - y[i] * scale;
            if (!(px >= reach && py >= reach && px < right && py < bottom))
                continue;
            const ix = px | 0;
            const iy = py | 0;
            const colour = words[bins ? bins[i] : PLAIN];
            const base = iy * width + ix;
            const first = cells * (((py - iy) * PHASES | 0) * PHASES + ((px - ix) * PHASES | 0));
            for (let k = first; k < first + cells; k++) {
                const cell = base + offsets[k];
                if (opacities[k] > pixels[cell] >>> 24)
                    pixels[cell] = colour | (opacities[k] << 24);
            }
        }
    }

    // Squares of whole pixels.
    #scatter(set, view, bins) {
        const {count, x, y} = set;
        const {left, top, scale} = view;
        const pixels = this.#pixels;
        const words = this.#words;
        const width = this.#width;
        const side = Math.max(1, Math.round(DUST_SIZE * this.#ratio));
        const right = width - side;
        const bottom = this.#height - side;
        for (let i = 0; i < count; i++) {
            const px = left + x[i] * scale;
            const py = top - y[i] * scale;
            if (!(px >= 0 && py >= 0 && px < right && py < bottom))
                continue;
            const pixel = words[bins ? bins[i] : PLAIN] | OPAQUE;
            let row = (py | 0) * width + (px | 0);
            for (let dy = 0; dy < side; dy++, row += width)
                for (let dx = 0; dx < side; dx++)
                    pixels[row + dx] = pixel;
        }
    }

    // A disc in each of its places within a pixel: which pixels it covers, and how much.
    #masksFor(count) {
        const radius = ((count <= 2000 ? 3.6 : 2.4) * this.#ratio) / 2;
        const key = `${radius} ${this.#width}`;
        if (this.#masksKey !== key) {
            this.#masks = makeMasks(radius, this.#width);
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

function makeMasks(radius, width) {
    const reach = Math.ceil(radius + 0.5);
    const cells = (2 * reach + 1) ** 2;
    const offsets = new Int32Array(PHASES * PHASES * cells);
    const opacities = new Uint8Array(offsets.length);
    let at = 0;
    for (let phase = 0; phase < PHASES * PHASES; phase++) {
        const x = (phase % PHASES + 0.5) / PHASES;
        const y = (Math.floor(phase / PHASES) + 0.5) / PHASES;
        for (let dy = -reach; dy <= reach; dy++) {
            for (let dx = -reach; dx <= reach; dx++, at++) {
                const cover = radius + 0.5 - Math.hypot(dx + 0.5 - x, dy + 0.5 - y);
                offsets[at] = dy * width + dx;
                opacities[at] = Math.round(255 * Math.max(0, Math.min(1, cover)));
            }
        }
    }
    return {reach, cells, offsets, opacities};
}
