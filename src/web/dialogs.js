// Particle sets in and out: files, the clipboard, a curl command.
import {kinds, readBytes, readText} from './formats.js';
import {triples} from './particles.js';

// A command with more particles than that would not be readable.
const CURL_MAX = 100;

const $ = (id) => document.getElementById(id);

// For the shell, in single quotes.
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

// Calls `onSet({set, options})` with what was read, and `onFault(text)` with why it could not be;
// `present()` returns {set, options} for what goes out.
export class Dialogs {
    #onSet;
    #onFault;

    constructor({onSet, onFault, present}) {
        this.#onSet = onSet;
        this.#onFault = onFault;
        $('help').addEventListener('click', () => $('help-dialog').showModal());
        this.#prepareInput();
        this.#prepareOutput(present);
    }

    #prepareInput() {
        $('open').addEventListener('click', () => $('file').click());
        $('file').addEventListener('change', () => {
            this.#readFile($('file').files[0]);
            $('file').value = '';
        });
        $('paste').addEventListener('click', () => {
            $('paste-fault').textContent = '';
            $('paste-dialog').showModal();
        });
        $('paste-use').addEventListener('click', (event) => {
            try {
                this.#onSet(readText($('paste-text').value));
            } catch (error) {
                event.preventDefault();
                $('paste-fault').textContent = error.message;
            }
        });
        document.addEventListener('paste', (event) => {
            if (event.target.matches?.('input, textarea') || document.querySelector('dialog[open]'))
                return;
            const [file] = event.clipboardData.files;
            if (file)
                this.#readFile(file);
            else
                this.#take(() => readText(event.clipboardData.getData('text/plain')));
        });
        this.#prepareDrop();
    }

    #prepareDrop() {
        const isFile = (event) => event.dataTransfer?.types.includes('Files') ||
                                  event.dataTransfer?.types.includes('text/plain');
        document.addEventListener('dragover', (event) => {
            if (isFile(event))
                event.preventDefault();
            $('drop').hidden = !isFile(event);
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
                this.#take(() => readText(event.dataTransfer.getData('text/plain')));
        });
    }

    async #readFile(file) {
        if (!file)
            return;
        const buffer = await file.arrayBuffer();
        this.#take(() => readBytes(buffer));
    }

    #take(read) {
        try {
            this.#onSet(read());
        } catch (error) {
            this.#onFault(error.message);
        }
    }

    #prepareOutput(present) {
        $('save').addEventListener('click', () => {
            const {set, time} = present();
            $('save-text').textContent = `${set.count.toLocaleString('en')} particles at time ` +
                `${time.toFixed(3)}. Each of these is a body for POST /simulate.`;
            $('save-dialog').showModal();
        });
        $('save-dialog').addEventListener('close', () => {
            const kind = kinds[$('save-dialog').returnValue];
            if (kind)
                download(`particles.${$('save-dialog').returnValue}`, kind.type, kind.write(present().set));
            $('save-dialog').returnValue = '';
        });
        $('curl').addEventListener('click', () => {
            const {set, options} = present();
            $('curl-text').value = curlCommand(set, options, document.baseURI);
            $('curl-note').textContent = set.count <= CURL_MAX
                ? 'The next frame, from the particles as they are now.'
                : 'The next frame. The particles are too many for a command: save them as JSON first.';
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
                $('curl-status').textContent = 'Selected: copy it with Ctrl C';
            }
        });
    }
}
