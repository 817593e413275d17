// Dialogs and events that load and save particle sets: files, drag and drop, the clipboard, a curl command.
import {kinds, readBytes, readText} from './formats.js';
import {triples} from './particles.js';

// A command with more particles would not be readable.
const CURL_MAX = 100;

const $ = (id) => document.getElementById(id);

// Quotes a word for the shell.
const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

export function curlCommand(set, {method, timestep, dt}, base) {
    const url = new URL(`simulate?${new URLSearchParams({method, timestep, dt})}`, base);
    const body = set.count <= CURL_MAX
        ? quote(JSON.stringify({particles: triples(set)})) : '@particles.json';
    return `curl ${quote(url.href)} -d ${body}`;
}

function download(name, type, data) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([data], {type}));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// Calls `onSet({set, options})` after it has read a set, or `onError(message)` if it cannot read it. `getCurrent()`
// returns {set, time, options}: the particles to save.
export class Dialogs {
    #onSet;
    #onError;

    constructor({onSet, onError, getCurrent}) {
        this.#onSet = onSet;
        this.#onError = onError;
        $('help').addEventListener('click', () => $('help-dialog').showModal());
        this.#addInput();
        this.#addOutput(getCurrent);
    }

    #addInput() {
        $('open').addEventListener('click', () => $('file').click());
        $('file').addEventListener('change', () => {
            this.#readFile($('file').files[0]);
            $('file').value = '';
        });
        $('paste').addEventListener('click', () => {
            $('paste-error').textContent = '';
            $('paste-dialog').showModal();
        });
        $('paste-load').addEventListener('click', (event) => {
            try {
                this.#onSet(readText($('paste-text').value));
            } catch (error) {
                event.preventDefault();
                $('paste-error').textContent = error.message;
            }
        });
        document.addEventListener('paste', (event) => {
            if (event.target.matches?.('input, textarea') || document.querySelector('dialog[open]'))
                return;
            const [file] = event.clipboardData.files;
            if (file)
                this.#readFile(file);
            else
                this.#load(() => readText(event.clipboardData.getData('text/plain')));
        });
        this.#addDrop();
    }

    #addDrop() {
        const isAccepted = (event) => event.dataTransfer?.types.includes('Files') ||
                                  event.dataTransfer?.types.includes('text/plain');
        document.addEventListener('dragover', (event) => {
            if (isAccepted(event))
                event.preventDefault();
            $('drop').hidden = !isAccepted(event);
        });
        document.addEventListener('dragleave', (event) => {
            if (!event.relatedTarget)
                $('drop').hidden = true;
        });
        document.addEventListener('drop', (event) => {
            event.preventDefault();
            $('drop').hidden = true;
            const [file] = event.dataTransfer.files;
            if (file)
                this.#readFile(file);
            else
                this.#load(() => readText(event.dataTransfer.getData('text/plain')));
        });
    }

    async #readFile(file) {
        if (!file)
            return;
        const buffer = await file.arrayBuffer();
        this.#load(() => readBytes(buffer));
    }

    #load(read) {
        try {
            this.#onSet(read());
        } catch (error) {
            this.#onError(error.message);
        }
    }

    #addOutput(getCurrent) {
        $('save').addEventListener('click', () => {
            const {set, time} = getCurrent();
            $('save-text').textContent = `${set.count.toLocaleString('en')} particles at time ` +
                `${time.toFixed(3)}. Each format is a valid body for POST /simulate.`;
            $('save-dialog').showModal();
        });
        $('save-dialog').addEventListener('close', () => {
            const kind = kinds[$('save-dialog').returnValue];
            if (kind)
                download(`particles.${$('save-dialog').returnValue}`, kind.type, kind.write(getCurrent().set));
            $('save-dialog').returnValue = '';
        });
        $('curl').addEventListener('click', () => {
            const {set, options} = getCurrent();
            $('curl-text').value = curlCommand(set, options, document.baseURI);
            $('curl-note').textContent = set.count <= CURL_MAX
                ? 'This command computes the next frame from the current particles.'
                : 'This command computes the next frame. It reads particles.json: save the particles as JSON first.';
            $('curl-status').textContent = '';
            $('curl-dialog').showModal();
            $('curl-text').select();
        });
        $('curl-copy').addEventListener('click', async () => {
            $('curl-text').select();
            try {
                await navigator.clipboard.writeText($('curl-text').value);
                $('curl-status').textContent = 'Copied';
            } catch {
                $('curl-status').textContent = 'Copying failed. The command is selected: press Ctrl+C.';
            }
        });
    }
}
