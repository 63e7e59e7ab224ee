// Light or dark: as the system has it, until the reader chooses. The style sheet has the colours of both.

function addTheme(app) {
  const { root, store } = app;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const effective = () => store.get().theme || (system.matches ? "dark" : "light");
  function apply() {
    if (root.dataset.theme === effective()) return;
    root.dataset.theme = effective();
    app.repaint();
  }
  system.addEventListener("change", apply);
  app.onDestroy(() => system.removeEventListener("change", apply));
  return { apply, switch: () => store.set({ theme: effective() === "dark" ? "light" : "dark" }, "replace") };
}
