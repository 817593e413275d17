// One view of the particles: a grid, the particles in front of it, and a caption.
import {Painter} from './painter.js';
import {binsOf} from './palette.js';
import {Viewport} from './viewport.js';

export class ParticleView {
    element;
    #grid;
    #canvas;
    #painter;
    #viewport;
    #set = null;
    #bins = null;
    #angVel = null; // of the particles in #bins
    scale = {low: 0, high: 0}; // ang_vel at both ends of the colour scale

    constructor(index, camera, actions) {
        this.#canvas = document.getElementById(`canvas-${index}`);
        this.element = this.#canvas.parentElement;
        this.#grid = this.element.querySelector('.grid');
        this.#painter = new Painter(this.#canvas);
        this.#viewport = new Viewport(this.#grid, this.#canvas, camera, actions);
    }

    // Adapts to the size of the canvas on the screen. Returns false if the size is the same.
    resize() {
        const ratio = window.devicePixelRatio;
        const width = Math.round(this.#canvas.clientWidth * ratio);
        const height = Math.round(this.#canvas.clientHeight * ratio);
        if (width === this.#canvas.width && height === this.#canvas.height)
            return false;
        this.#painter.resize(width, height, ratio);
        this.#viewport.resize(width, height, ratio);
        return true;
    }

    setPalette(palette) {
        this.#painter.setPalette(palette);
    }

    describe(caption, label) {
        this.element.querySelector('figcaption').textContent = caption;
        this.#canvas.setAttribute('aria-label', label);
    }

    clearTrails() {
        this.#painter.clearTrails();
    }

    viewMoved() {
        this.#painter.viewMoved();
    }

    drawGrid() {
        this.#viewport.drawGrid(this.#canvas.matches(':focus-visible'));
    }

    draw(set, {trails, colour}, isNew) {
        // The values of ang_vel do not change from frame to frame, but each frame has a new buffer.
        if (set !== this.#set && !areEqual(set.ang_vel, this.#angVel)) {
            const {bins, ...scale} = binsOf(set);
            this.#bins = bins;
            this.scale = scale;
            this.#angVel = set.ang_vel;
        }
        this.#set = set;
        this.#painter.draw(set, this.#viewport.transform, {bins: colour ? this.#bins : null, trails, isNew});
    }
}

function areEqual(a, b) {
    if (!b || a.length !== b.length)
        return false;
    for (let i = 0; i < a.length; i++)
        if (a[i] !== b[i])
            return false;
    return true;
}
