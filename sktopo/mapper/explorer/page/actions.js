// Steps that several parts offer, and what several parts ask for.

function addActions(app) {
  const { model, store } = app;
  app.changeMode = (mode) => {
    store.set({ mode }, "replace");
    app.say(MODE_HINTS[mode]);
  };
  app.changeSetting = (setting) => store.set(checkedState({ ...store.get(), setting, nodes: [] }, app.first, model));
  app.toggleClass = (name) => {
    const { classes } = store.get();
    store.set({ classes: classes.includes(name) ? classes.filter((each) => each !== name) : [...classes, name] });
  };
  app.enlarge = (name) => {
    const { layer, nodes, solo } = store.get();
    store.set({ layer: name, solo: !solo, nodes: layer === name ? nodes : [] }, "replace");
  };
  app.goTo = (layer, nodes) => {
    app.selection.select(layer, nodes);
    app.viewOf(layer).fit(nodes);
  };
  app.showInput = (input) => {
    const { layer } = store.get();
    const nodes = nodesWithInput(app.activeLayer(), input);
    app.selection.select(layer, nodes);
    app.say(`${inputLabel(app, input)} is in ${count(nodes.length, "node")}.`);
  };
  app.colourLabel = (key) =>
    colourOptions(model.inputs, model.layers(store.get().setting)).find((option) => option.key === key).label;
  app.wantedInputs = (inputs) => {
    const wanted = new Set(app.filteredClasses());
    return wanted.size ? inputs.filter((input) => wanted.has(model.inputs.classOf[input])) : inputs;
  };
}

// What is worked out once per selection, layer or setting, and asked for by several parts.
function addMemory(app) {
  const { model, store } = app;
  const remember = (keyOf, work) => {
    let [key, value] = [null, null];
    return () => {
      if (keyOf() !== key) [key, value] = [keyOf(), work()];
      return value;
    };
  };
  const selected = () => {
    const { setting, layer, nodes, mode } = store.get();
    return JSON.stringify([setting, layer, nodes, mode === "edge"]);
  };
  app.content = remember(selected, () => contentOf(app));
  app.traces = remember(
    () => `${selected()}${store.get().trace}`,
    () => {
      const { layer, nodes, trace } = store.get();
      const others = trace && nodes.length ? app.views.filter((view) => view.name !== layer) : [];
      return new Map(others.map((view) => [view.name, sharesOfNodes(view.layer, app.content().flags)]));
    },
  );
  const totals = new Map();
  app.labelTotals = (layer) => {
    const { classes, classOf } = model.inputs;
    if (!totals.has(layer)) {
      const points = new Uint32Array(layer.nPoints).map((_, i) => i);
      totals.set(layer, countLabels(layer, points, classOf, classes.length));
    }
    return totals.get(layer);
  };
  const means = new Map();
  app.meanSheets = (layer) => {
    if (!means.has(layer)) means.set(layer, makeSheets(layer.nodes.meanImages));
    return means.get(layer);
  };
}
