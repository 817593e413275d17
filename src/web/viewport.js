// The viewport of a view: it maps the plane to pixels with equal axes, draws the grid behind the particles, and
// handles pointer, wheel and keys. It shows -1 to 1 until the user zooms or moves it.
import {css, themeColour} from './palette.js';

const HALF_WIDTH = 1.1; // of the plane, shown without zoom: -1..1 with a margin
const ZOOM_MIN = 0.02;
const ZOOM_MAX = 1e6;
const DRAG_PX = 4; // a pointer that moves further than this drags
const LINE_PX = 64; // the least distance of grid lines

// The centre and the zoom, which all views share.
export class Camera {
    x = 0;
    y = 0;
    zoom = 1;

    fit() {
        Object.assign(this, {x: 0, y: 0, zoom: 1});
    }

    zoomBy(factor, x = this.x, y = this.y) {
        const zoom = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, this.zoom * factor));
        // The point (x, y) stays at the same pixel.
        this.x = x + ((this.x - x) * this.zoom) / zoom;
        this.y = y + ((this.y - y) * this.zoom) / zoom;
        this.zoom = zoom;
    }
}

export class Viewport {
    #grid;
    #camera;
    #ratio = 1;

    // `grid` is the canvas behind `canvas`, which receives the events. Calls onMove() after the camera has
    // moved, and onAdd(x, y) when the user adds a particle.
    constructor(grid, canvas, camera, {onMove, onAdd}) {
        this.#grid = grid;
        this.#camera = camera;
        canvas.addEventListener('wheel', (event) => {
            event.preventDefault();
            const [x, y] = this.#positionOf(event);
            camera.zoomBy(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), x, y);
            onMove();
        }, {passive: false});
        this.#listenToPointer(canvas, onMove, onAdd);
        canvas.addEventListener('keydown', (event) => {
            if (!event.ctrlKey && !event.altKey && !event.metaKey && this.#handleKey(event.key, onAdd)) {
                event.preventDefault();
                onMove();
            }
        });
        for (const name of ['focus', 'blur'])
            canvas.addEventListener(name, () => this.drawGrid(canvas.matches(':focus-visible')));
    }

    resize(width, height, ratio) {
        this.#grid.width = width;
        this.#grid.height = height;
        this.#ratio = ratio;
    }

    // For the painter: pixels per unit of length, and the position of the origin in pixels.
    get transform() {
        const {width, height} = this.#grid;
        const scale = (this.#camera.zoom * Math.min(width, height)) / (2 * HALF_WIDTH);
        return {
            scale,
            left: width / 2 - this.#camera.x * scale,
            top: height / 2 + this.#camera.y * scale,
        };
    }

    // The position of an event in the plane.
    #positionOf(event) {
        const {scale, left, top} = this.transform;
        return [(event.offsetX * this.#ratio - left) / scale,
                (top - event.offsetY * this.#ratio) / scale];
    }

    #listenToPointer(canvas, onMove, onAdd) {
        let start = null;
        let moved = false;
        canvas.addEventListener('pointerdown', (event) => {
            if (event.button !== 0)
                return;
            start = {x: event.clientX, y: event.clientY, cx: this.#camera.x, cy: this.#camera.y};
            moved = false;
            canvas.setPointerCapture(event.pointerId);
        });
        canvas.addEventListener('pointermove', (event) => {
            if (!start)
                return;
            const dx = event.clientX - start.x;
            const dy = event.clientY - start.y;
            moved ||= Math.hypot(dx, dy) > DRAG_PX;
            if (!moved)
                return;
            const {scale} = this.transform;
            this.#camera.x = start.cx - (dx * this.#ratio) / scale;
            this.#camera.y = start.cy + (dy * this.#ratio) / scale;
            onMove();
        });
        canvas.addEventListener('pointerup', (event) => {
            if (start && !moved)
                onAdd(...this.#positionOf(event));
            start = null;
        });
        canvas.addEventListener('pointercancel', () => (start = null));
    }

    #handleKey(key, onAdd) {
        const camera = this.#camera;
        const distance = 0.1 / camera.zoom;
        const actions = {
            ArrowLeft: () => (camera.x -= distance),
            ArrowRight: () => (camera.x += distance),
            ArrowUp: () => (camera.y += distance),
            ArrowDown: () => (camera.y -= distance),
            '+': () => camera.zoomBy(1.25),
            '=': () => camera.zoomBy(1.25),
            '-': () => camera.zoomBy(0.8),
            0: () => camera.fit(),
            Enter: () => onAdd(camera.x, camera.y),
        };
        actions[key]?.();
        return key in actions;
    }

    // `cross` shows where Enter adds a particle.
    drawGrid(cross = false) {
        const context = this.#grid.getContext('2d');
        const {width, height} = this.#grid;
        const {scale, left, top} = this.transform;
        const ratio = this.#ratio;
        const step = niceStep((LINE_PX * ratio) / scale);
        const toX = (x) => left + x * scale;
        const toY = (y) => top - y * scale;
        const xs = multiples(step, -left / scale, (width - left) / scale);
        const ys = multiples(step, (top - height) / scale, top / scale);
        const draw = (colour, lines) => strokeLines(context, css(themeColour(colour)), lines);
        const toPixel = (value) => Math.round(value) + (ratio % 2) / 2;
        const vertical = (x) => [toPixel(toX(x)), 0, toPixel(toX(x)), height];
        const horizontal = (y) => [0, toPixel(toY(y)), width, toPixel(toY(y))];
        context.clearRect(0, 0, width, height);
        context.lineWidth = ratio;
        draw('--grid', [...xs.map(vertical), ...ys.map(horizontal)]);
        draw('--axis', [vertical(0), horizontal(0)]);
        context.font = `${11 * ratio}px ${getComputedStyle(this.#grid).fontFamily}`;
        context.fillStyle = css(themeColour('--muted'));
        context.textAlign = 'center';
        for (const x of xs.filter((x) => toX(x) > 44 * ratio && toX(x) < width - 20 * ratio))
            context.fillText(label(x, step), toX(x), height - 7 * ratio);
        context.textAlign = 'left';
        for (const y of ys.filter((y) => toY(y) > 44 * ratio && toY(y) < height - 26 * ratio))
            context.fillText(label(y, step), 7 * ratio, toY(y) - 4 * ratio);
        if (cross) {
            const arm = 9 * ratio;
            draw('--accent', [[width / 2 - arm, height / 2, width / 2 + arm, height / 2],
                              [width / 2, height / 2 - arm, width / 2, height / 2 + arm]]);
        }
    }
}

function strokeLines(context, colour, lines) {
    context.strokeStyle = colour;
    context.beginPath();
    for (const [x1, y1, x2, y2] of lines) {
        context.moveTo(x1, y1);
        context.lineTo(x2, y2);
    }
    context.stroke();
}

// The multiples of `step` between `low` and `high`.
function multiples(step, low, high) {
    const first = Math.ceil(low / step);
    const length = Math.max(0, Math.floor(high / step) - first + 1);
    return Array.from({length}, (_, k) => (first + k) * step);
}

// The smallest of 1, 2 and 5 times a power of ten that is at least `least`.
function niceStep(least) {
    const power = 10 ** Math.floor(Math.log10(least));
    return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least * 0.999);
}

function label(value, step) {
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const text = digits > 6 ? value.toExponential(2) : value.toFixed(digits);
    return text.replace('-', '\u2212');
}
