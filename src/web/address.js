// The settings in the address behind the #, so that it can be kept and passed on. Only what
// differs from the preset stands there.
import {fromTriples, triples} from './particles.js';
import {presets, rates, settings as defaults} from './presets.js';

// Sets of more particles are not written there.
const PARTICLES_MAX = 40;

const NAMES = ['method', 'timestep', 'dt', 'rate', 'compare', 'method2', 'timestep2', 'trails', 'colour',
               'speed'];

// The settings that a preset comes with.
export const presetSettings = (preset) => ({...defaults, ...presets[preset]?.settings, preset});

const isSwitch = (name) => typeof defaults[name] === 'boolean';

// `set` is given when it is not that of the preset.
export function write(settings, set, tab) {
    const query = new URLSearchParams();
    const base = presetSettings(settings.preset);
    if (settings.preset !== defaults.preset)
        query.set('preset', settings.preset);
    for (const name of NAMES)
        if (settings[name] !== base[name])
            query.set(name, isSwitch(name) ? (settings[name] ? 'on' : 'off') : settings[name]);
    if (set && set.count <= PARTICLES_MAX)
        query.set('particles', triples(set).map((particle) => particle.join(',')).join(';'));
    if (tab !== 'simulation')
        query.set('tab', tab);
    const text = query.toString().replaceAll('%2C', ',').replaceAll('%3B', ';');
    return text === '' ? '' : `#${text}`;
}

function readParticles(text) {
    const rows = text.split(';').map((row) => row.split(',').map(Number));
    const isGood = rows.every((row) => row.length === 3 && row.every(Number.isFinite));
    return isGood && rows.length <= PARTICLES_MAX ? fromTriples(rows) : null;
}

// {settings, set, tab}; `set` is null when it is that of the preset. What makes no sense is passed over.
export function read(hash) {
    const query = new URLSearchParams(hash.replace(/^#/, ''));
    const set = query.has('particles') ? readParticles(query.get('particles')) : null;
    const wanted = query.get('preset') ?? defaults.preset;
    const isKnown = Object.hasOwn(presets, wanted) || (wanted === 'custom' && set);
    const settings = presetSettings(isKnown ? wanted : defaults.preset);
    for (const name of NAMES) {
        const value = query.get(name);
        if (value !== null && (name !== 'rate' || rates.includes(value)))
            settings[name] = isSwitch(name) ? value === 'on' : value;
    }
    return {settings, set, tab: query.get('tab') === 'benchmark' ? 'benchmark' : 'simulation'};
}
