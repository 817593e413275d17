// The colours of the particles. They come from the style sheet, so they follow the theme.

// Colours for ang_vel. One more colour, PLAIN, is for particles that are not coloured by ang_vel.
export const BINS = 32;
export const PLAIN = BINS;

// Resolves CSS variables.
const probe = document.createElement('span');

// A variable of the style sheet, such as "--accent", as [r, g, b].
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

// BINS + 1 colours: from the lowest ang_vel (negative: clockwise) to the highest, and PLAIN.
export function makePalette() {
    const [low, middle, high, accent] =
        ['--low', '--middle', '--high', '--accent'].map(themeColour);
    const colours = Array.from({length: BINS}, (_, i) => {
        const t = (2 * i) / (BINS - 1) - 1;
        return t < 0 ? mix(middle, low, -t) : mix(middle, high, t);
    });
    return [...colours, accent];
}

// Returns the colour bin of each particle, and the ang_vel at both ends of the scale. If all particles turn in
// one direction, the scale uses half of the colours.
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
