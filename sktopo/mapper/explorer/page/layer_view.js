// One layer's panel: a heading, the graph, and the line that says how many edges are shown.

function makeLayerView(app, name) {
  const { root, store } = app;
  const heading = make("h3", {}, name);
  const facts = make("span", { class: "facts" });
  const graph = make("div", {
    "data-role": "graph",
    tabindex: "0",
    role: "application",
    "aria-label": `Graph of ${name}. Arrow keys walk along edges, Enter selects.`,
  });
  const edgeCount = make("span", { "data-role": "edge-count" });
  const scale = make("span", { class: "scale" });
  const element = make(
    "section",
    { class: "layer", "data-role": "layer", "data-layer": name, "aria-label": `Layer ${name}` },
    make(
      "header",
      {},
      heading,
      facts,
      button("Fit", { class: "quiet", title: "Show the whole graph (f)", onclick: () => fit() }, "fit"),
      button(
        "Enlarge",
        {
          class: "quiet enlarge",
          title: "Show this layer alone, or all again",
          onclick: () =>
            store.set(
              { layer: name, solo: !store.get().solo, nodes: store.get().layer === name ? store.get().nodes : [] },
              "replace",
            ),
        },
        "enlarge",
      ),
    ),
    make("div", { class: "stage" }, graph),
    make("footer", {}, edgeCount, scale),
  );

  // Cytoscape keeps the press of the button from moving the focus, without which arrow keys would go elsewhere.
  graph.addEventListener("pointerdown", () => graph.focus({ preventScroll: true }));

  const view = { name, element, graph, cy: null, layer: null, cursor: null, hidden: null };
  let marked = []; // the nodes and edges that carry a class of the selection
  let faint = false;
  let fitted = true;
  let drawing = false;

  function build(layer) {
    const state = store.get();
    view.layer = layer;
    view.cursor = null;
    view.hidden = new Uint8Array(layer.edges.n);
    marked = [];
    faint = false;
    view.cy?.destroy();
    const large = layer.nodes.n + layer.edges.n > LARGE_GRAPH;
    view.cy = cytoscape({
      container: graph,
      elements: elementsOf(layer, state),
      style: graphStyle(themeColours(root)),
      layout: { name: "preset", fit: false },
      autoungrabify: true,
      autounselectify: true,
      boxSelectionEnabled: false,
      minZoom: 0.1,
      maxZoom: 20,
      textureOnViewport: large,
      hideEdgesOnViewport: layer.edges.n > 5 * LARGE_GRAPH,
      pixelRatio: large ? 1 : "auto",
    });
    facts.textContent = count(layer.nodes.n, "node");
    facts.title = `${percent(layer.coverage)} of the points are in nodes; ${percent(layer.noiseShare)} of what the cells hold is noise`;
    fit();
    view.cy.on("viewport", () => {
      if (!drawing) fitted = false;
    });
    app.listenToGraph(view);
    filterEdges(state);
    drawLegend();
  }

  function elementsOf(layer, state) {
    place();
    const colour = colours(state);
    const diameter = diameters(state);
    const elements = [];
    for (let i = 0; i < layer.nodes.n; i++) {
      elements.push({
        group: "nodes",
        data: {
          id: `n${i}`,
          node: i,
          colour: colour(i),
          diameter: diameter(i),
          traced: 0,
          glow: 0,
          noise: layer.nodes.noise[i],
        },
        position: view.places[i],
      });
    }
    const { u, v, jaccard, support } = layer.edges;
    const thickness = (k) => 0.8 + 3.2 * Math.min(1, jaccard[k] * 2);
    for (let k = 0; k < layer.edges.n; k++) {
      elements.push({
        group: "edges",
        data: { id: `e${k}`, edge: k, source: `n${u[k]}`, target: `n${v[k]}`, width: thickness(k) },
        classes: support && support[k] < app.model.minSupport ? "weak" : "",
      });
    }
    return elements;
  }

  function panelSize() {
    return [graph.clientWidth || 400, graph.clientHeight || 300];
  }

  function place() {
    const [width, height] = panelSize();
    view.places = placeNodes(view.layer.nodes, width - 60, height - 60);
    view.largest = largestDiameter(view.layer, view.places, width * height);
  }

  function replace() {
    place();
    const diameter = diameters(store.get());
    drawing = true;
    view.cy.batch(() =>
      view.cy.nodes().forEach((node, i) => node.position(view.places[i]).data("diameter", diameter(i))),
    );
    drawing = false;
    fit();
  }

  function colours(state) {
    const values = nodeValues(app, view.layer, state.color);
    const colour = valueColour(values);
    return (i) => colour(values.values[i]);
  }

  function diameters(state) {
    const values = nodeValues(app, view.layer, state.size);
    const diameter = nodeDiameters(state.size === "same" ? { ...values, domain: [0, 3] } : values, view.largest);
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
      for (let k = 0; k < hidden.length; k++)
        if (hidden[k] !== view.hidden[k]) view.cy.getElementById(`e${k}`).toggleClass("hidden", hidden[k] === 1);
    });
    view.hidden = hidden;
    edgeCount.textContent = edgeCountText(counts, view.layer.edges.n, state);
    edgeCount.title = edgeCount.textContent;
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
    shares?.forEach((share, node) => {
      if (share > 0) add(`n${node}`, "traced");
    });
    dimmedNodes(view.layer, app.filteredClasses(), chosen, shares).forEach((node) => add(`n${node}`, "dimmed"));
    const most = shares ? shares.reduce((a, b) => Math.max(a, b), 0) : 0; // rings are wide for the best node, however small its share
    view.cy.batch(() => {
      for (const id of marked)
        if (!classes.has(id)) view.cy.getElementById(id).removeClass("chosen named inside traced dimmed");
      for (const [id, names] of classes) {
        const each = view.cy.getElementById(id);
        for (const name of ["chosen", "named", "inside", "traced", "dimmed"])
          each.toggleClass(name, names.includes(name));
        if (names.includes("traced"))
          each.data({ traced: shares[each.data("node")], glow: shares[each.data("node")] / most });
      }
    });
    if (faint !== (shares !== null)) view.cy.edges().toggleClass("faint", (faint = shares !== null));
    marked = [...classes.keys()];
    element.classList.toggle("active", state.layer === name);
  }

  // Cytoscape's own fit measures every element, which takes it a second for 5,000 nodes; places are enough.
  function fit(nodes = null) {
    const [width, height] = panelSize();
    const places = nodes ? nodes.map((node) => view.places[node]) : view.places;
    const [left, right] = numbers(places.map(({ x }) => x)).domain;
    const [top, bottom] = numbers(places.map(({ y }) => y)).domain;
    const margin = nodes ? Math.min(width, height) / 4 : 26;
    const zoom = Math.min(
      (width - 2 * margin) / Math.max(1, right - left),
      (height - 2 * margin) / Math.max(1, bottom - top),
      nodes ? 2.5 : 1.4,
    );
    drawing = true;
    view.cy.viewport({
      zoom,
      pan: { x: width / 2 - (zoom * (left + right)) / 2, y: height / 2 - (zoom * (top + bottom)) / 2 },
    });
    drawing = false;
    fitted = !nodes;
  }

  // A graph that the reader has not moved keeps filling its panel, and is laid out for the new form once the size rests.
  let resting = 0;
  let size = "";
  const observer = new ResizeObserver(() => {
    if (!view.cy || graph.clientWidth === 0 || size === String(panelSize())) return;
    drawing = true;
    view.cy.resize();
    drawing = false;
    if (fitted && size !== "") {
      fit();
      clearTimeout(resting);
      resting = setTimeout(replace, 150);
    }
    size = String(panelSize());
  });
  observer.observe(graph);
  app.onDestroy(() => {
    observer.disconnect();
    clearTimeout(resting);
    view.cy?.destroy();
  });

  return Object.assign(view, {
    build,
    recolour,
    filterEdges,
    mark,
    fit,
    restyle: () => view.cy.style(graphStyle(themeColours(root))),
  });
}
