// A particle set: {count, x, y, ang_vel}. The columns are Float64Arrays of equal length. A set is never
// changed after it was created.

export function columns(x, y, angVel) {
    return {count: x.length, x, y, ang_vel: angVel};
}

export function fromTriples(triples) {
    const column = (k) => Float64Array.from(triples, (triple) => triple[k]);
    return columns(column(0), column(1), column(2));
}

// The first `limit` particles as [x, y, ang_vel].
export function triples(set, limit = set.count) {
    const count = Math.min(set.count, limit);
    return Array.from({length: count}, (_, i) => [set.x[i], set.y[i], set.ang_vel[i]]);
}

function mapColumns(set, change) {
    return columns(change(set.x, 0), change(set.y, 1), change(set.ang_vel, 2));
}

export function withParticle(set, particle) {
    return mapColumns(set, (column, k) => {
        const longer = new Float64Array(column.length + 1);
        longer.set(column);
        longer[column.length] = particle[k];
        return longer;
    });
}

export function withoutParticle(set, index) {
    return mapColumns(set, (column) => column.filter((_, i) => i !== index));
}

// Distances between the particles of two sets of equal length: the largest and the root mean square.
export function distances(a, b) {
    let largest = 0;
    let sum = 0;
    for (let i = 0; i < a.count; i++) {
        const dx = a.x[i] - b.x[i];
        const dy = a.y[i] - b.y[i];
        const square = dx * dx + dy * dy;
        sum += square;
        if (square > largest)
            largest = square;
    }
    return {largest: Math.sqrt(largest), rms: Math.sqrt(sum / a.count)};
}
