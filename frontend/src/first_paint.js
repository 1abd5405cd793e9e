// Before anything is painted: the theme that the reader has chosen (base/theme.ts stores and changes it).
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem('runstream.theme');
  } catch {
    // A browser that stores nothing has no choice to keep.
  }
  if (theme !== 'light' && theme !== 'dark') return;
  document.documentElement.dataset.theme = theme;
})();
