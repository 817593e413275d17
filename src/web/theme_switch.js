// The button that chooses the theme: that of the system, light, or dark. theme.js applies it to the next page.
const THEMES = ['system', 'light', 'dark'];

// Calls `repaint` now, and whenever the colours are others.
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
            // Storage is switched off: it lasts until the page is loaded again.
        }
        change();
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', change);
    change();
}
