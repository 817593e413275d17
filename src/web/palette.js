// The colours of particles, read from the style sheet so that they follow the theme.

// Bins of ang_vel; the one behind the last is for particles that all look alike.
export const BINS = 32;
export const PLAIN = BINS;

const probe = document.createElement('span');

// A colour of the style sheet, such as "--accent", as [r, g, b].
export function themeColour(name) {
    if (!probe.isConnected) {
        probe.hidden = true;
        document.body.append(probe);
    }
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
}

export const css = ([r, g, b], alpha = 1) => `rgb(${r} ${g} ${b} / ${alpha})`;

const mix = (a, b, t) => a.map((value, i) => Math.round(value + (b[i] - value) * t));

// BINS + 1 colours: from slowest (turning clockwise fastest) to fastest, and the plain one.
export function makePalette() {
    const [low, middle, high, accent] =
        ['--low', '--middle', '--high', '--accent'].map(themeColour);
    const colours = Array.from({length: BINS}, (_, i) => {
        const t = (2 * i) / (BINS - 1) - 1;
        return t < 0 ? mix(middle, low, -t) : mix(middle, high, t);
    });
    return [...colours, accent];
}

// The bin of each particle by its ang_vel, and the values at the ends of the scale. Where all turn in one
// direction the scale is that half of the colours, from the least to the largest.
export function binsOf(set) {
    let low = Infinity;
    let high = -Infinity;
    for (const value of set.ang_vel) {
        low = Math.min(low, value);
        high = Math.max(high, value);
    }
    if (low < 0 && high > 0)
        low = -(high = Math.max(-low, high));
    const from = low >= 0 ? 0.5 : 0;
    const to = high <= 0 ? 0.5 : 1;
    const bins = new Uint8Array(set.count);
    for (let i = 0; i < set.count; i++) {
        const t = high > low ? (set.ang_vel[i] - low) / (high - low) : low < 0 ? 0 : 1;
        bins[i] = Math.round((from + (to - from) * t) * (BINS - 1));
    }
    return {bins, low, high};
}
