// One layer's panel: a heading, the graph, and the line that says how many edges are shown.

function makeLayerView(app, name) {
  const { root, store } = app;
  const heading = make("h3", {}, name);
  const facts = make("span", { class: "facts" });
  const graph = make("div", { "data-role": "graph", tabindex: "0", role: "application", "aria-label": `Graph of ${name}. Arrow keys walk along edges, Enter selects.` });
  const edgeCount = make("span", { "data-role": "edge-count" });
  const scale = make("span", { class: "scale" });
  const element = make("section", { class: "layer", "data-role": "layer", "data-layer": name, "aria-label": `Layer ${name}` },
    make("header", {}, heading, facts,
      button("Fit", { class: "quiet", title: "Show the whole graph (f)", onclick: () => fit() }, "fit"),
      button("Enlarge", { class: "quiet enlarge", title: "Show this layer alone, or all again", onclick: () => store.set({ layer: name, solo: !store.get().solo, nodes: store.get().layer === name ? store.get().nodes : [] }, "replace") }, "enlarge")),
    make("div", { class: "stage" }, graph),
    make("footer", {}, edgeCount, scale));

  const view = { name, element, graph, cy: null, layer: null, cursor: null, hidden: null };
  let marked = []; // the nodes and edges that carry a class of the selection
  let fitted = true;
  let drawing = false;

  function build(layer) {
    const state = store.get();
    view.layer = layer;
    view.cursor = null;
    view.hidden = new Uint8Array(layer.edges.n);
    marked = [];
    view.cy?.destroy();
    const large = layer.nodes.n + layer.edges.n > LARGE_GRAPH;
    view.cy = cytoscape({
      container: graph,
      elements: elementsOf(layer, state),
      style: graphStyle(themeColours(root)),
      layout: { name: "preset", fit: false },
      autoungrabify: true, autounselectify: true, boxSelectionEnabled: false,
      minZoom: 0.1, maxZoom: 20,
      textureOnViewport: large, hideEdgesOnViewport: layer.edges.n > 5 * LARGE_GRAPH, pixelRatio: large ? 1 : "auto",
    });
    facts.textContent = `${count(layer.nodes.n, "node")} · covers ${percent(layer.coverage)}` + (layer.noiseShare > 0 ? ` · noise ${percent(layer.noiseShare)}` : "");
    fit();
    view.cy.on("viewport", () => { if (!drawing) fitted = false; });
    app.listenToGraph(view);
    filterEdges(state);
    drawLegend();
  }

  function elementsOf(layer, state) {
    const width = graph.clientWidth || 400;
    const height = graph.clientHeight || 300;
    const { xy, wide, high } = placeNodes(layer.nodes, width, height);
    view.diameterArea = wide * high;
    const colour = colours(state);
    const diameter = diameters(state);
    const elements = [];
    for (let i = 0; i < layer.nodes.n; i++) {
      elements.push({ group: "nodes", data: { id: `n${i}`, node: i, colour: colour(i), diameter: diameter(i), traced: 0, noise: layer.nodes.noise[i] }, position: xy(i) });
    }
    const { u, v, jaccard, support } = layer.edges;
    const width_ = (k) => 0.8 + 3.2 * Math.min(1, jaccard[k] * 2);
    for (let k = 0; k < layer.edges.n; k++) {
      elements.push({ group: "edges", data: { id: `e${k}`, edge: k, source: `n${u[k]}`, target: `n${v[k]}`, width: width_(k) }, classes: support && support[k] < app.model.minSupport ? "weak" : "" });
    }
    return elements;
  }

  function colours(state) {
    const values = nodeValues(app, view.layer, state.color);
    const colour = valueColour(values);
    return (i) => colour(values.values[i]);
  }

  function diameters(state) {
    const values = nodeValues(app, view.layer, state.size);
    const diameter = nodeDiameters(state.size === "same" ? { ...values, domain: [0, 3] } : values, view.layer.nodes.n, view.diameterArea);
    return (i) => diameter(values.values[i]);
  }

  function recolour(state) {
    const colour = colours(state);
    const diameter = diameters(state);
    view.cy.batch(() => view.cy.nodes().forEach((node, i) => node.data({ colour: colour(i), diameter: diameter(i) })));
    drawLegend();
  }

  function drawLegend() {
    const values = nodeValues(app, view.layer, store.get().color);
    scale.replaceChildren(...(values.kind === "number" ? numberLegend(values.domain) : []));
  }

  // Classes are changed only where they differ: a slider moves past few edges at a time.
  function filterEdges(state) {
    const { hidden, counts } = edgeFilter(view.layer, state);
    view.cy.batch(() => {
      for (let k = 0; k < hidden.length; k++) if (hidden[k] !== view.hidden[k]) view.cy.getElementById(`e${k}`).toggleClass("hidden", hidden[k] === 1);
    });
    view.hidden = hidden;
    edgeCount.textContent = edgeCountText(counts, view.layer.edges.n, state);
    edgeCount.dataset.visible = counts.visible;
    edgeCount.dataset.total = view.layer.edges.n;
    edgeCount.dataset.unsupported = counts.unsupported;
  }

  // `shares` is null in the layer of the selection and without tracing.
  function mark(state, chosen, shares) {
    const classes = new Map();
    const add = (id, name) => classes.set(id, [...(classes.get(id) ?? []), name]);
    for (const node of chosen) {
      add(`n${node}`, "chosen");
      if (chosen.length <= 40) add(`n${node}`, "named");
    }
    insideEdges(view.layer, chosen, view.hidden).forEach((k) => add(`e${k}`, "inside"));
    shares?.forEach((share, node) => { if (share > 0) add(`n${node}`, "traced"); });
    dimmedNodes(view.layer, app.filteredClasses(), chosen, shares).forEach((node) => add(`n${node}`, "dimmed"));
    view.cy.batch(() => {
      for (const id of marked) if (!classes.has(id)) view.cy.getElementById(id).removeClass("chosen named inside traced dimmed");
      for (const [id, names] of classes) {
        const each = view.cy.getElementById(id);
        for (const name of ["chosen", "named", "inside", "traced", "dimmed"]) each.toggleClass(name, names.includes(name));
        if (shares && id[0] === "n") each.data("traced", shares[Number(id.slice(1))]);
      }
    });
    marked = [...classes.keys()];
    element.classList.toggle("active", state.layer === name);
  }

  function fit(nodes = null) {
    drawing = true;
    const some = nodes ? view.cy.collection(nodes.map((node) => view.cy.getElementById(`n${node}`))) : undefined;
    const padding = nodes ? Math.min(graph.clientWidth, graph.clientHeight) / 4 : 18;
    view.cy.fit(some, padding);
    if (nodes && view.cy.zoom() > 3) {
      view.cy.zoom(3);
      view.cy.center(some);
    }
    fitted = !nodes;
    drawing = false;
  }

  // A graph that the reader has not moved keeps filling its panel.
  const observer = new ResizeObserver(() => {
    if (!view.cy || graph.clientWidth === 0) return;
    drawing = true;
    view.cy.resize();
    if (fitted) fit();
    drawing = false;
  });
  observer.observe(graph);
  app.onDestroy(() => {
    observer.disconnect();
    view.cy?.destroy();
  });

  return Object.assign(view, {
    build, recolour, filterEdges, mark, fit,
    restyle: () => view.cy.style(graphStyle(themeColours(root))),
  });
}
