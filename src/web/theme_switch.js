// The button that selects the theme: system, light or dark. theme.js applies the saved theme when the page loads.
const THEMES = ['system', 'light', 'dark'];

// Calls `repaint` now and whenever the colours change.
export function onThemeChange(repaint) {
    const root = document.documentElement;
    const button = document.getElementById('theme');
    const change = () => {
        button.textContent = `Theme: ${root.dataset.theme ?? 'system'}`;
        repaint();
    };
    button.addEventListener('click', () => {
        const next = THEMES[(THEMES.indexOf(root.dataset.theme ?? 'system') + 1) % THEMES.length];
        if (next === 'system')
            delete root.dataset.theme;
        else
            root.dataset.theme = next;
        try {
            localStorage.setItem('particled-theme', next);
        } catch {
            // Storage is disabled: the theme lasts until the page is reloaded.
        }
        change();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', change);
    change();
}
