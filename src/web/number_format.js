// Formats numbers for display.

const PREFIXES = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']];

// Three digits and an SI prefix: 1.23 M.
export function si(value) {
    const [power, prefix] = PREFIXES.find(([least]) => value >= least * 0.9995) ?? [1, ''];
    const scaled = value / power;
    const digits = scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
    return `${power === 1 && Number.isInteger(value) ? value : scaled.toFixed(digits)}\u202f${prefix}`;
}

const TIMES = [[1, 's'], [1e-3, 'ms'], [1e-6, 'µs'], [1e-9, 'ns'], [1e-12, 'ps'], [1e-15, 'fs']];

// A time in seconds, with three digits and a unit: 4.90 µs.
export function duration(seconds) {
    const [unit, name] = TIMES.find(([least]) => seconds >= least * 0.9995) ?? TIMES.at(-1);
    return `${(seconds / unit).toPrecision(3)}\u202f${name}`;
}

export function bytes(count) {
    return count < 1000 ? `${count}\u202fB` : `${si(count)}B`;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

// 10⁻⁶
export function powerOfTen(exponent) {
    const digits = [...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[digit]).join('');
    return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}

// 3.2·10⁻⁶; values from 0.001 to 10,000 have three digits and no power of ten.
export function scientific(value) {
    if (value === 0)
        return '0';
    const exponent = Math.floor(Math.log10(Math.abs(value)));
    if (exponent >= -3 && exponent < 4)
        return value.toPrecision(3);
    return `${(value / 10 ** exponent).toFixed(1)}\u202f·\u202f${powerOfTen(exponent)}`;
}

// A whole number with its digits in groups of three: 12 500.
export const grouped = (count) =>
    count.toLocaleString('en', {maximumFractionDigits: 0}).replaceAll(',', '\u202f');
