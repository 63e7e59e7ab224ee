// The bars above the graphs: title and setting; modes, colour, size, sliders and search.

function makeControls(app) {
  const { store, model } = app;
  const setting = choice(
    "Setting",
    "setting",
    model.settings.map(({ name }) => ({ key: name, label: name })),
    (name) => app.changeSetting(name),
  );
  const stats = make("span", { class: "stats hint" });
  const status = make("span", { class: "status", role: "status", "aria-live": "polite" });
  const trace = button(
    "Trace",
    {
      "data-role": "trace",
      title: "Mark where the chosen inputs are in the other layers (t)",
      onclick: () => store.set({ trace: !store.get().trace }),
    },
    "trace",
  );
  const theme = button(
    "Theme",
    { "data-role": "theme", class: "icon-only", title: "Light or dark (d)", onclick: () => app.switchTheme() },
    "theme",
  );
  const help = button("Help", { class: "icon-only", title: "Keys (?)", onclick: () => app.help.toggle() }, "help");
  setting.element.hidden = model.settings.length < 2;

  const modes = make(
    "div",
    { class: "modes", "data-role": "mode", role: "radiogroup", "aria-label": "What a click selects" },
    ...MODES.map((mode) =>
      button(
        mode[0].toUpperCase() + mode.slice(1),
        {
          role: "radio",
          "data-mode": mode,
          title: `${MODE_HINTS[mode]} (${MODE_KEYS[mode]})`,
          onclick: () => app.changeMode(mode),
        },
        mode,
      ),
    ),
  );
  // As in any group of radio buttons: one stop for Tab, arrows change the choice.
  modes.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = (MODES.indexOf(store.get().mode) + step + MODES.length) % MODES.length;
    app.changeMode(MODES[next]);
    modes.children[next].focus();
  });
  const colour = choice("Colour", "color-by", [], (color) => store.set({ color }));
  const size = choice("Size", "size-by", [], (key) => store.set({ size: key }));
  const sliders = makeSliders(app);
  const search = makeSearch(app);

  const top = make(
    "header",
    { class: "bar top" },
    make("h1", {}, model.title),
    setting.element,
    stats,
    make("span", { class: "grow" }),
    makeExports(app),
    theme,
    help,
  );
  const tools = make(
    "div",
    { class: "bar tools", role: "toolbar", "aria-label": "Controls" },
    modes,
    trace,
    colour.element,
    size.element,
    ...sliders.elements,
  );

  function draw() {
    const state = store.get();
    const layers = model.layers(state.setting);
    colour.select.replaceChildren(...groupedOptions(colourOptions(model.inputs, layers)));
    size.select.replaceChildren(...groupedOptions(sizeOptions(model.inputs, layers)));
    [colour.select.value, size.select.value, setting.select.value] = [state.color, state.size, state.setting];
    for (const mode of modes.children) {
      mode.setAttribute("aria-checked", String(mode.dataset.mode === state.mode));
      mode.tabIndex = mode.dataset.mode === state.mode ? 0 : -1;
    }
    trace.setAttribute("aria-pressed", String(state.trace));
    const { stats: values } = model.settings.find(({ name }) => name === state.setting);
    stats.textContent = Object.entries(values)
      .map(([name, value]) => `${name} ${short(value)}`)
      .join(" · ");
    sliders.draw();
  }
  return { top, tools, status, search, draw };
}
