// Before the first paint: the theme that was chosen the last time. Not a module, so that it runs at once.
try {
    const theme = localStorage.getItem('particled-theme');
    if (theme === 'light' || theme === 'dark')
        document.documentElement.dataset.theme = theme;
} catch {
    // Storage is switched off; the theme is that of the system.
}
