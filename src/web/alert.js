// The alert above the particles: it shows what went wrong.

const TEXTS = {
    unreachable: {
        title: 'The daemon does not respond',
        detail: 'The simulation waits until the daemon responds again.',
        action: 'Retry now',
    },
    busy: {title: 'The daemon is busy', action: 'Retry now'},
    rejected: {title: 'The daemon rejected the request'},
    file: {action: 'Close'},
};

const FIELDS = ['dt', 'timestep', 'method', 'timestep2', 'method2'];

const $ = (id) => document.getElementById(id);

// Changes the text only if it differs, because a screen reader may read out each change.
export function setText(element, text) {
    if (element.textContent !== text)
        element.textContent = text;
}

// The index of the particle that the JSON Pointer of a problem refers to, or -1.
export function particleOf(problem) {
    const match = /^\/particles\/(?:x\/|y\/|ang_vel\/)?(\d+)/.exec(problem?.pointer ?? '');
    return match ? Number(match[1]) : -1;
}

// The id of the control with the invalid value, or ''.
function fieldOf({kind, problem, side}) {
    const name = kind === 'rejected' ? problem.parameter ?? '' : '';
    return side === 1 && FIELDS.includes(`${name}2`) ? `${name}2` : name;
}

// `error` is an error of the runner; or {kind: 'file', problem} for text or a file without particles; or null.
export function showAlert(error) {
    const field = error ? fieldOf(error) : '';
    for (const id of FIELDS)
        $(id).toggleAttribute('aria-invalid', id === field);
    $('alert').hidden = !error;
    if (!error)
        return;
    const {problem} = error;
    const texts = TEXTS[error.kind];
    const index = particleOf(problem);
    const action = index >= 0 ? `Remove particle ${index}` : texts.action ?? '';
    setText($('alert-title'), problem?.title ?? texts.title);
    setText($('alert-detail'), problem?.detail ?? texts.detail);
    setText($('alert-field'), problem?.parameter ?? problem?.pointer ?? '');
    setText($('alert-action'), action);
    $('alert-action').hidden = action === '';
}
