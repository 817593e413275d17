// Applies the saved theme before the first paint. This is a plain script, because a module runs later.
try {
    const theme = localStorage.getItem('particled-theme');
    if (theme === 'light' || theme === 'dark')
        document.documentElement.dataset.theme = theme;
} catch {
    // Storage is disabled: the theme of the system applies.
}
