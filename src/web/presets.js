// Particle sets to begin with, and settings that suit them. ang_vel is the speed along the tangent,
// in length per time: the angle covered in a time is that divided by the radius.
import {fromTriples} from './particles.js';

// Numbers in [0, 1), the same each time: xorshift with 32 bits, begun where its author begins (G. Marsaglia,
// Xorshift RNGs, Journal of Statistical Software 8, 2003).
function generator() {
    let bits = 2463534242;
    return () => {
        bits ^= bits << 13;
        bits ^= bits >>> 17;
        bits ^= bits << 5;
        return (bits >>> 0) / 2 ** 32;
    };
}

function make(count, particle) {
    const random = generator();
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return fromTriples(Array.from({length: count}, (_, i) => particle(i, random, normal)));
}

const polar = (radius, angle, speed) => [radius * Math.cos(angle), radius * Math.sin(angle), speed];

const three = () => fromTriples([[0.3, 0.5, 1], [0, -0.5, -1], [-0.1, -0.4, 3]]);

const uniform = (count) => () =>
    make(count, (_, random) => [2 * random() - 1, 2 * random() - 1, 2 * random() - 1]);

// Turn as one, but for the speed, which varies along the ring: they bunch.
const ring = () => make(240, (i) => {
    const angle = (2 * Math.PI * i) / 240;
    return polar(0.75, angle, 0.6 + 0.3 * Math.sin(3 * angle));
});

// Four spokes; the angular speed falls as radius^-1.5, as it does around a star, so they wind up.
const disc = () => make(6000, (i, random, normal) => {
    const radius = Math.sqrt(0.01 + 0.93 * random());
    const angle = (Math.PI / 2) * (i % 4) + (0.035 * normal()) / radius;
    return polar(radius, angle, 0.25 * radius ** -0.5);
});

// Closer to the origin than one step is long: each walks a spiral of Theodorus.
const spiral = () => make(5, (i) => polar(0.002, (2 * Math.PI * i) / 5, 1));

// Frames a second, at most.
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
