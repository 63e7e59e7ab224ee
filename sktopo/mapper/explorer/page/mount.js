// The whole explorer inside one element: makes the parts, and tells them what to draw again when the state changes.

let mounted = 0; // makes the ids of one page's explorers differ

function mount(root, data, options = {}) {
  const model = makeModel(data);
  const first = firstState(model);
  const endings = [];
  const number = ++mounted;
  const app = {
    root,
    model,
    first,
    ownsPage: options.hash === true,
    store: makeStore(options.hash ? readHash(location.hash, first, model) : first),
    views: [],
    sheets: model.inputs.images && makeSheets(model.inputs.images),
    newId: (name) => `sktopo-${number}-${name}`,
    onDestroy: (end) => endings.push(end),
    viewOf: (name) => app.views.find((view) => view.name === name),
    activeLayer: () => model.layer(app.store.get().setting, app.store.get().layer),
    filteredClasses: () => app.store.get().classes.map((name) => model.inputs.classes.indexOf(name)),
    say: (text) => {
      app.controls.status.textContent = text;
    },
  };
  addActions(app);
  addMemory(app);
  app.selection = makeSelection(app);
  app.tooltip = makeTooltip(app);
  app.help = makeHelp();
  const theme = addTheme(app);
  app.switchTheme = theme.switch;
  app.repaint = () => {};
  theme.apply();
  buildPage(app);
  app.repaint = () => {
    for (const view of app.views) view.restyle();
    app.parts.projection.draw();
  };
  app.store.listen((state, changed) => {
    if (changed.has("theme")) theme.apply();
    redraw(app, state, changed);
    if (changed.has("nodes")) app.say(selectionSentence(app));
    if (options.onSelection && ["nodes", "layer", "setting"].some((key) => changed.has(key)))
      options.onSelection(selectionOf(app));
  });
  if (options.hash) linkHash(app);
  markReady(app);
  root.sktopo = { cy: {}, state: () => app.store.get(), select: app.selection.select };
  for (const view of app.views)
    Object.defineProperty(root.sktopo.cy, view.name, { get: () => view.cy, enumerable: true });
  return {
    select: app.selection.select,
    destroy: () => {
      endings.forEach((end) => end());
      root.replaceChildren();
      delete root.sktopo;
    },
  };
}

function buildPage(app) {
  const { root, model, store } = app;
  const controls = makeControls(app);
  app.controls = controls;
  app.parts = {
    filter: makeClassFilter(app),
    legend: makeLegend(app),
    details: makeDetails(app),
    projection: makeProjection(app),
    features: makeFeatures(app),
  };
  const { filter, legend, details, projection, features } = app.parts;
  app.views = model.settings[0].layerNames.map((name) => new LayerView(app, name));
  const layers = makeLayers(app, app.views);
  root.replaceChildren(
    controls.top,
    controls.tools,
    make("div", { class: "bar keys" }, controls.search.element, filter.element, legend.element),
    make(
      "main",
      {},
      make(
        "div",
        { class: "work" },
        layers.element,
        make("div", { class: "dock" }, projection.element, features.element),
      ),
      details.element,
    ),
    make("footer", { class: "bar bottom" }, controls.status),
    app.tooltip.element,
    app.help.element,
  );
  layers.arrange();
  for (const view of app.views) {
    view.build(model.layer(store.get().setting, view.name));
    addGraphLasso(app, view);
  }
  addKeyboard(app);
  redraw(app, store.get(), new Set(Object.keys(store.get())), true);
  app.say(MODE_HINTS[store.get().mode]);
}

// `changed` names the parts of the state that are new. Nothing is drawn that does not depend on them.
function redraw(app, state, changed, built = false) {
  const any = (...keys) => keys.some((key) => changed.has(key));
  const { filter, legend, details, projection, features } = app.parts;
  app.root.dataset.mode = state.mode;
  app.root.classList.toggle("solo", state.solo);
  if (changed.has("setting") && !built)
    for (const view of app.views) view.build(app.model.layer(state.setting, view.name));
  else if (!built) {
    if (any("color", "size") || (state.color === "filtered" && changed.has("classes")))
      for (const view of app.views) view.recolour(state);
    if (any("jaccard", "intersection", "support")) for (const view of app.views) view.filterEdges(state);
  }
  app.controls.draw();
  if (any("color", "setting", "layer", "classes")) legend.draw();
  if (any("classes", "setting")) filter.draw();
  if (any("nodes", "layer", "setting", "trace", "classes", "mode", "jaccard", "intersection", "support")) {
    const shares = app.traces();
    for (const view of app.views)
      view.mark(state, view.name === state.layer ? state.nodes : [], shares.get(view.name) ?? null);
  }
  if (any("nodes", "layer", "setting", "trace", "classes", "mode")) details.draw();
  if (any("layer", "setting", "projection")) projection.choose();
  else if (any("nodes", "color", "classes")) projection.draw();
  if (changed.has("setting")) features.draw();
  else if (any("nodes", "layer")) features.markShown();
}

function selectionSentence(app) {
  const { nodes, inputs, layer } = app.content();
  return nodes.length
    ? `${nodes.length === 1 ? `Node ${nodes[0]}` : count(nodes.length, "node")} of ${layer.name}: ${count(inputs.length, "input")}.`
    : "Nothing chosen.";
}

function selectionOf(app) {
  const { setting, layer, nodes } = app.store.get();
  return { setting, layer, nodes, inputs: Array.from(app.content().inputs) };
}

// Ready when every graph has been painted once, which the frame after cytoscape's own has.
function markReady(app) {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      app.root.dataset.ready = "true";
      performance.mark("sktopo-ready");
    }),
  );
}
