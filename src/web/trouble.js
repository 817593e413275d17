// What is wrong, in words, above the picture.

const WORDS = {
    lost: {
        title: 'The daemon does not answer',
        detail: 'The particles wait where they are until it is back.',
        action: 'Try now',
    },
    busy: {title: 'The daemon is busy', action: 'Try now'},
    refused: {title: 'The daemon refuses'},
    fault: {action: 'Close'},
};

const FIELDS = ['dt', 'timestep', 'method', 'timestep2', 'method2'];

const $ = (id) => document.getElementById(id);

// Only when it differs: a change may be read out.
export function setText(element, text) {
    if (element.textContent !== text)
        element.textContent = text;
}

// The particle that a problem's JSON Pointer leads to, or -1.
export function particleOf(problem) {
    const match = /^\/particles\/(?:x\/|y\/|ang_vel\/)?(\d+)/.exec(problem?.pointer ?? '');
    return match ? Number(match[1]) : -1;
}

// The control that a refusal is about, or ''.
function fieldOf({kind, problem, side}) {
    const name = kind === 'refused' ? problem.parameter ?? '' : '';
    return side === 1 && FIELDS.includes(`${name}2`) ? `${name}2` : name;
}

// `trouble` as the runner has it, or null; kind 'fault' is one of ours.
export function showTrouble(trouble) {
    const field = trouble ? fieldOf(trouble) : '';
    for (const id of FIELDS)
        $(id).toggleAttribute('aria-invalid', id === field);
    $('alert').hidden = !trouble;
    if (!trouble)
        return;
    const {problem} = trouble;
    const words = WORDS[trouble.kind];
    const index = particleOf(problem);
    const action = index >= 0 ? `Remove particle ${index}` : words.action ?? '';
    setText($('alert-title'), problem?.title ?? words.title);
    setText($('alert-detail'), problem?.detail ?? words.detail);
    setText($('alert-field'), problem?.parameter ?? problem?.pointer ?? '');
    setText($('alert-action'), action);
    $('alert-action').hidden = action === '';
}
