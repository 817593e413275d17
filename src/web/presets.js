// Particle sets to start with, and their settings. ang_vel is a tangential speed, in length per time:
// the angular velocity is ang_vel divided by the radius.
import {fromTriples} from './particles.js';

// Returns a generator of pseudorandom numbers in [0, 1), always the same sequence: 32-bit xorshift with its
// author's seed (G. Marsaglia, Xorshift RNGs, Journal of Statistical Software 8, 2003).
function xorshift() {
    let bits = 2463534242;
    return () => {
        bits ^= bits << 13;
        bits ^= bits >>> 17;
        bits ^= bits << 5;
        return (bits >>> 0) / 2 ** 32;
    };
}

function make(count, particle) {
    const random = xorshift();
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return fromTriples(Array.from({length: count}, (_, i) => particle(i, random, normal)));
}

const polar = (radius, angle, speed) => [radius * Math.cos(angle), radius * Math.sin(angle), speed];

const three = () => fromTriples([[0.3, 0.5, 1], [0, -0.5, -1], [-0.1, -0.4, 3]]);

const uniform = (count) => () =>
    make(count, (_, random) => [2 * random() - 1, 2 * random() - 1, 2 * random() - 1]);

// The speed varies along the ring, so the particles bunch.
const ring = () => make(240, (i) => {
    const angle = (2 * Math.PI * i) / 240;
    return polar(0.75, angle, 0.6 + 0.3 * Math.sin(3 * angle));
});

// Four spokes. The angular velocity is proportional to radius^-1.5, as in an orbit around a star, so the
// spokes wind up.
const disc = () => make(6000, (i, random, normal) => {
    const radius = Math.sqrt(0.01 + 0.93 * random());
    const angle = (Math.PI / 2) * (i % 4) + (0.035 * normal()) / radius;
    return polar(radius, angle, 0.25 * radius ** -0.5);
});

// The radius is smaller than the length of one step, so each particle moves along a spiral of Theodorus.
const spiral = () => make(5, (i) => polar(0.002, (2 * Math.PI * i) / 5, 1));

// Limits of the frames per second.
export const rates = ['1', '2', '5', '10', '15', '30', '60', '120'];

export const settings = {
    preset: 'three',
    method: 'closed_form',
    timestep: '1e-5',
    dt: '0.0125',
    rate: '60',
    trails: true,
    colour: true,
    compare: false,
    method2: 'analytic',
    timestep2: '1e-5',
    speed: '1',
};

export const presets = {
    three: {name: 'Three particles', make: three},
    ring: {name: 'Ring', make: ring, settings: {trails: false}},
    disc: {name: 'Differential disc', make: disc, settings: {dt: '0.016', trails: false}},
    spiral: {
        name: 'Spiral near the origin',
        make: spiral,
        settings: {method: 'euler', timestep: '0.02', dt: '0.02', colour: false},
    },
    drift: {
        name: 'Euler’s drift',
        make: three,
        settings: {
            compare: true,
            method: 'euler',
            timestep: '0.02',
            dt: '0.02',
            method2: 'analytic',
            timestep2: '0.02',
            rate: '30',
        },
    },
    random1000: {name: '1,000 random', make: uniform(1000)},
    random10000: {name: '10,000 random', make: uniform(10000), settings: {trails: false}},
    random100000: {name: '100,000 random', make: uniform(100000), settings: {trails: false}},
};
