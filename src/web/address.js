// Stores the settings in the part of the address after the #, so that the address can be saved and
// shared. It holds only the settings that differ from the preset.
import {fromTriples, triples} from './particles.js';
import {presets, rates, settings as defaults} from './presets.js';

// The address does not hold larger sets.
const PARTICLES_MAX = 40;

const NAMES = ['method', 'timestep', 'dt', 'rate', 'compare', 'method2', 'timestep2', 'trails', 'colour',
               'speed'];

// The default settings, with those of the preset.
export const presetSettings = (preset) => ({...defaults, ...presets[preset]?.settings, preset});

const isSwitch = (name) => typeof defaults[name] === 'boolean';

// Returns the part of the address from the # on. `customSet` is null if the particles are those of the preset.
export function write(settings, customSet, tab) {
    const query = new URLSearchParams();
    const base = presetSettings(settings.preset);
    if (settings.preset !== defaults.preset)
        query.set('preset', settings.preset);
    for (const name of NAMES)
        if (settings[name] !== base[name])
            query.set(name, isSwitch(name) ? (settings[name] ? 'on' : 'off') : settings[name]);
    if (customSet && customSet.count <= PARTICLES_MAX)
        query.set('particles', triples(customSet).map((particle) => particle.join(',')).join(';'));
    if (tab !== 'simulation')
        query.set('tab', tab);
    const text = query.toString().replaceAll('%2C', ',').replaceAll('%3B', ';');
    return text === '' ? '' : `#${text}`;
}

function readParticles(text) {
    const rows = text.split(';').map((row) => row.split(',').map(Number));
    const isValid = rows.every((row) => row.length === 3 && row.every(Number.isFinite));
    return isValid && rows.length <= PARTICLES_MAX ? fromTriples(rows) : null;
}

// Returns {settings, customSet, tab}; `customSet` is null if the particles are those of the preset. Invalid
// values are ignored.
export function read(hash) {
    const query = new URLSearchParams(hash.replace(/^#/, ''));
    const customSet = query.has('particles') ? readParticles(query.get('particles')) : null;
    const requested = query.get('preset') ?? defaults.preset;
    const isKnown = Object.hasOwn(presets, requested) || (requested === 'custom' && customSet);
    const settings = presetSettings(isKnown ? requested : defaults.preset);
    for (const name of NAMES) {
        const value = query.get(name);
        if (value !== null && (name !== 'rate' || rates.includes(value)))
            settings[name] = isSwitch(name) ? value === 'on' : value;
    }
    return {settings, customSet, tab: query.get('tab') === 'benchmark' ? 'benchmark' : 'simulation'};
}
