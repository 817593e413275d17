// One picture: a grid, particles over it, and what it is a picture of.
import {Painter} from './painter.js';
import {binsOf} from './palette.js';
import {View} from './view.js';

export class Stage {
    element;
    #grid;
    #canvas;
    #painter;
    #view;
    #set = null;
    #bins = null;
    #angVel = null; // that the bins are for
    scale = {low: 0, high: 0}; // ang_vel at its ends

    constructor(index, camera, actions) {
        this.#canvas = document.getElementById(`canvas-${index}`);
        this.element = this.#canvas.parentElement;
        this.#grid = this.element.querySelector('.grid');
        this.#painter = new Painter(this.#canvas);
        this.#view = new View(this.#grid, this.#canvas, camera, actions);
    }

    // To the size of its place on the screen. False when that has not changed.
    fit() {
        const ratio = window.devicePixelRatio;
        const width = Math.round(this.#canvas.clientWidth * ratio);
        const height = Math.round(this.#canvas.clientHeight * ratio);
        if (width === this.#canvas.width && height === this.#canvas.height)
            return false;
        this.#painter.resize(width, height, ratio);
        this.#view.resize(width, height, ratio);
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
        this.#view.drawGrid(this.#canvas.matches(':focus-visible'));
    }

    draw(set, {trails, colour}, isNew) {
        // ang_vel stays as it is from frame to frame, but in another buffer.
        if (set !== this.#set && !isSame(set.ang_vel, this.#angVel)) {
            const {bins, ...scale} = binsOf(set);
            this.#bins = bins;
            this.scale = scale;
            this.#angVel = set.ang_vel;
        }
        this.#set = set;
        this.#painter.draw(set, this.#view.transform, {bins: colour ? this.#bins : null, trails, isNew});
    }
}

function isSame(a, b) {
    if (!b || a.length !== b.length)
        return false;
    for (let i = 0; i < a.length; i++)
        if (a[i] !== b[i])
            return false;
    return true;
}
