// Draws particles on a canvas. Small sets are drawn as discs, with trails of lines that connect computed
// positions. Large sets are stamped into an image in memory, which is the fastest way without a graphics
// processor; their trails are older stamps that fade.
import {PLAIN, css} from './palette.js';

const DISCS_MAX = 300; // particles; larger sets are stamped
const HISTORY_POINTS = 12000; // positions stored for the lines, of all particles together
const LINE_POINTS_MAX = 240; // positions in one line
const LINE_SEGMENTS = 12; // of different opacity, in one line
const SUBPIXELS = 4; // positions of a stamp within a pixel, in each direction
const TRAIL_OPACITY = 150; // the highest opacity, of 255, of an older stamp
const OPAQUE = 255 << 24;
const SQUARES_ABOVE = 20000; // particles; larger sets are stamped as squares
const SQUARE_SIZE = 1.6; // CSS pixels

export class Painter {
    #canvas;
    #context;
    #width = 0;
    #height = 0;
    #ratio = 1;
    #palette = [];
    #history = []; // sets, oldest first
    #image = null;
    #pixels = null; // of the image: the highest byte is the opacity, the others are the colour
    #pixelColours = []; // the palette as pixel values, without opacity
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
        this.#pixelColours = Int32Array.from(palette, ([r, g, b]) => r | (g << 8) | (b << 16));
    }

    clearTrails() {
        this.#history = [];
        this.#pixels?.fill(0);
    }

    // Older stamps cannot move with the view, so they are erased. Lines are redrawn.
    viewMoved() {
        this.#pixels?.fill(0);
    }

    // `transform` is that of the Viewport. `bins` has the colour of each particle, or is null. `isNew` is true
    // if the particles have moved since the last call.
    draw(set, transform, {bins, trails, isNew}) {
        if (this.#width === 0 || this.#height === 0)
            return;
        if (set.count <= DISCS_MAX)
            this.#drawDiscs(set, transform, bins, trails, isNew);
        else
            this.#drawStamps(set, transform, bins, trails, isNew);
    }

    // --- small sets ------------------------------------------------------------------------

    #drawDiscs(set, transform, bins, trails, isNew) {
        const context = this.#context;
        context.clearRect(0, 0, this.#width, this.#height);
        this.#image = null;
        if (!trails)
            this.#history = [];
        else if (isNew || this.#history.length === 0)
            this.#addToHistory(set);
        const groups = groupByBin(set.count, bins);
        for (const [bin, members] of groups)
            this.#drawLines(members, transform, this.#palette[bin]);
        const radius = this.#ratio * (set.count <= 12 ? 5.5 : set.count <= 60 ? 4 : 2.5);
        for (const [bin, members] of groups) {
            context.fillStyle = css(this.#palette[bin]);
            context.beginPath();
            for (const i of members) {
                const x = transform.left + set.x[i] * transform.scale;
                const y = transform.top - set.y[i] * transform.scale;
                context.moveTo(x + radius, y);
                context.arc(x, y, radius, 0, 2 * Math.PI);
            }
            context.fill();
        }
    }

    #addToHistory(set) {
        const capacity = Math.max(12, Math.min(LINE_POINTS_MAX, Math.floor(HISTORY_POINTS / set.count)));
        this.#history.push(set);
        if (this.#history.length > capacity)
            this.#history.splice(0, this.#history.length - capacity);
    }

    #drawLines(members, transform, colour) {
        const context = this.#context;
        const history = this.#history;
        const last = history.length - 1;
        context.lineWidth = 1.75 * this.#ratio;
        context.lineJoin = 'round';
        context.lineCap = 'butt';
        for (let segment = 0; segment < LINE_SEGMENTS; segment++) {
            const from = Math.floor((last * segment) / LINE_SEGMENTS);
            const to = Math.floor((last * (segment + 1)) / LINE_SEGMENTS);
            if (from === to)
                continue;
            context.strokeStyle = css(colour, 0.75 * ((segment + 0.5) / LINE_SEGMENTS) ** 1.5);
            context.beginPath();
            for (const i of members) {
                for (let k = from; k <= to; k++) {
                    const x = transform.left + history[k].x[i] * transform.scale;
                    const y = transform.top - history[k].y[i] * transform.scale;
                    if (k === from)
                        context.moveTo(x, y);
                    else
                        context.lineTo(x, y);
                }
            }
            context.stroke();
        }
    }

    // --- large sets ------------------------------------------------------------------------

    #drawStamps(set, transform, bins, trails, isNew) {
        if (!this.#image) {
            this.#image = new ImageData(this.#width, this.#height);
            this.#pixels = new Int32Array(this.#image.data.buffer);
        }
        this.#history = [];
        if (!trails)
            this.#pixels.fill(0);
        else if (isNew)
            this.#fade();
        if (set.count > SQUARES_ABOVE)
            this.#stampSquares(set, transform, bins);
        else
            this.#stampDiscs(set, transform, bins);
        this.#context.putImageData(this.#image, 0, 0);
    }

    // Reduces each opacity by a sixteenth, and by 1 so that it reaches 0.
    #fade() {
        const pixels = this.#pixels;
        for (let i = 0; i < pixels.length; i++) {
            const pixel = pixels[i];
            if (pixel === 0)
                continue;
            const opacity = Math.min(pixel >>> 24, TRAIL_OPACITY);
            const faded = opacity - (opacity >> 4) - 1;
            pixels[i] = faded > 0 ? (pixel & 0xffffff) | (faded << 24) : 0;
        }
    }

    // Discs with antialiased edges.
    #stampDiscs(set, transform, bins) {
        const {count, x, y} = set;
        const {left, top, scale} = transform;
        const pixels = this.#pixels;
        const pixelColours = this.#pixelColours;
        const width = this.#width;
        const {extent, cells, offsets, opacities} = this.#masksFor(count);
        const right = width - extent - 1;
        const bottom = this.#height - extent - 1;
        for (let i = 0; i < count; i++) {
            const px = left + x[i] * scale;
            const py = top - y[i] * scale;
            if (!(px >= extent && py >= extent && px < right && py < bottom))
                continue;
            const ix = px | 0;
            const iy = py | 0;
            const colour = pixelColours[bins ? bins[i] : PLAIN];
            const base = iy * width + ix;
            const first = cells * (((py - iy) * SUBPIXELS | 0) * SUBPIXELS + ((px - ix) * SUBPIXELS | 0));
            for (let k = first; k < first + cells; k++) {
                const cell = base + offsets[k];
                if (opacities[k] > pixels[cell] >>> 24)
                    pixels[cell] = colour | (opacities[k] << 24);
            }
        }
    }

    // Squares aligned to pixels.
    #stampSquares(set, transform, bins) {
        const {count, x, y} = set;
        const {left, top, scale} = transform;
        const pixels = this.#pixels;
        const pixelColours = this.#pixelColours;
        const width = this.#width;
        const side = Math.max(1, Math.round(SQUARE_SIZE * this.#ratio));
        const right = width - side;
        const bottom = this.#height - side;
        for (let i = 0; i < count; i++) {
            const px = left + x[i] * scale;
            const py = top - y[i] * scale;
            if (!(px >= 0 && py >= 0 && px < right && py < bottom))
                continue;
            const pixel = pixelColours[bins ? bins[i] : PLAIN] | OPAQUE;
            let row = (py | 0) * width + (px | 0);
            for (let dy = 0; dy < side; dy++, row += width)
                for (let dx = 0; dx < side; dx++)
                    pixels[row + dx] = pixel;
        }
    }

    // The masks of a disc, one for each subpixel position: the offset and the opacity of each pixel.
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
    const extent = Math.ceil(radius + 0.5);
    const cells = (2 * extent + 1) ** 2;
    const offsets = new Int32Array(SUBPIXELS * SUBPIXELS * cells);
    const opacities = new Uint8Array(offsets.length);
    let index = 0;
    for (let position = 0; position < SUBPIXELS * SUBPIXELS; position++) {
        const x = (position % SUBPIXELS + 0.5) / SUBPIXELS;
        const y = (Math.floor(position / SUBPIXELS) + 0.5) / SUBPIXELS;
        for (let dy = -extent; dy <= extent; dy++) {
            for (let dx = -extent; dx <= extent; dx++, index++) {
                const coverage = radius + 0.5 - Math.hypot(dx + 0.5 - x, dy + 0.5 - y);
                offsets[index] = dy * width + dx;
                opacities[index] = Math.round(255 * Math.max(0, Math.min(1, coverage)));
            }
        }
    }
    return {extent, cells, offsets, opacities};
}
