// One layer's graph, drawn by cytoscape in the layer's panel.

class LayerView {
  constructor(app, name) {
    this.app = app;
    this.name = name;
    this.panel = makeLayerPanel(app, name);
    this.element = this.panel.element;
    this.graph = this.panel.graph;
    this.cursor = null; // the node that arrow keys have come to
    this.fitted = true; // until the reader moves the graph
    this.watchSize();
  }

  build(layer) {
    const state = this.app.store.get();
    this.layer = layer;
    this.large = layer.nodes.n + layer.edges.n > LARGE_GRAPH;
    this.cursor = null;
    this.marks = noMarks();
    this.cy?.destroy();
    this.place();
    const { hidden, counts } = edgeFilter(layer, state);
    this.hidden = hidden;
    this.cy = cytoscape({
      container: this.graph,
      elements: graphElements(this, this.looks(state), this.app.model.minSupport),
      style: graphStyle(themeColours(this.app.root), this.large),
      layout: { name: "preset", fit: false },
      autoungrabify: true,
      autounselectify: true,
      boxSelectionEnabled: false,
      minZoom: 0.1,
      maxZoom: 20,
      textureOnViewport: this.large,
      pixelRatio: this.large ? 1 : "auto",
    });
    this.panel.edgeCanvas?.remove();
    if (this.large) this.paintEdges();
    else drawDirectly(this.cy);
    this.fit();
    this.cy.on("viewport", () => {
      if (!this.moving) this.fitted = false;
    });
    this.cy.on("zoom", () => this.scaleNames());
    this.app.selection.listenToGraph(this);
    this.panel.describe(layer);
    this.panel.describeEdges(counts, layer.edges.n, state);
    this.panel.describeColours(nodeValues(this.app, layer, state.color));
  }

  paintEdges() {
    const { element, draw } = makeEdgeCanvas(this);
    this.panel.edgeCanvas = element;
    this.graph.before(element);
    this.cy.on("render", draw);
  }

  size() {
    return [this.graph.clientWidth || 400, this.graph.clientHeight || 300];
  }

  place() {
    const [width, height] = this.size();
    this.placedFor = String(this.size());
    this.places = placeNodes(this.layer.nodes, width - 60, height - 60);
    this.largest = largestDiameter(this.layer, this.places, width * height);
  }

  // What colour and size say of a node, as cytoscape's data.
  looks(state) {
    const colours = nodeValues(this.app, this.layer, state.color);
    const sizes = nodeValues(this.app, this.layer, state.size);
    const colour = valueColour(colours);
    const diameter = nodeDiameters(state.size === "same" ? { ...sizes, domain: [0, 3] } : sizes, this.largest);
    return (i) => ({ colour: colour(colours.values[i]), diameter: diameter(sizes.values[i]) });
  }

  recolour(state) {
    const looks = this.looks(state);
    this.cy.batch(() => this.cy.nodes().forEach((node, i) => node.data(looks(i))));
    this.panel.describeColours(nodeValues(this.app, this.layer, state.color));
  }

  restyle() {
    this.cy.style(graphStyle(themeColours(this.app.root), this.large));
  }

  // Classes are changed only where they differ: a slider moves past few edges at a time.
  filterEdges(state) {
    const { hidden, counts } = edgeFilter(this.layer, state);
    this.cy.batch(() => {
      for (let k = 0; k < (this.large ? 0 : hidden.length); k++) {
        if (hidden[k] !== this.hidden[k]) this.cy.getElementById(`e${k}`).toggleClass("hidden", hidden[k] === 1);
      }
    });
    this.hidden = hidden;
    if (this.large) this.cy.forceRender();
    this.panel.describeEdges(counts, this.layer.edges.n, state);
  }

  // `shares` is null in the layer of the selection and without tracing.
  mark(state, chosen, shares) {
    const marks = selectionMarks(this, chosen, shares, this.app.filteredClasses());
    applyMarks(this.cy, this.marks, marks);
    this.marks = marks;
    this.scaleNames();
    if (this.large) this.cy.forceRender();
    this.element.classList.toggle("active", state.layer === this.name);
  }

  // Numbers of nodes do not grow with the graph when the reader comes closer.
  scaleNames() {
    const closer = Math.max(1, this.cy.zoom());
    this.cy.nodes(".named").style({ "font-size": 11 / closer, "text-outline-width": 2.5 / closer });
  }

  // Cytoscape's own fit measures every element, which takes it a second for 5,000 nodes; places are enough.
  fit(nodes = null) {
    const [width, height] = this.size();
    const places = nodes ? nodes.map((node) => this.places[node]) : this.places;
    const [left, right] = numbers(places.map(({ x }) => x)).domain;
    const [top, bottom] = numbers(places.map(({ y }) => y)).domain;
    const margin = nodes ? Math.min(width, height) / 4 : 26;
    const across = (width - 2 * margin) / Math.max(1, right - left);
    const down = (height - 2 * margin) / Math.max(1, bottom - top);
    const zoom = Math.max(0.1, Math.min(across, down, nodes ? 2.5 : 1.4));
    const pan = { x: width / 2 - (zoom * (left + right)) / 2, y: height / 2 - (zoom * (top + bottom)) / 2 };
    this.move(() => this.cy.viewport({ zoom, pan }));
    this.fitted = nodes === null;
  }

  // A change of the view that the reader has not made.
  move(change) {
    this.moving = true;
    change();
    this.moving = false;
  }

  // Where nodes are in the panel, in pixels.
  shownPlace(node) {
    const pan = this.cy.pan();
    const zoom = this.cy.zoom();
    return { x: this.places[node].x * zoom + pan.x, y: this.places[node].y * zoom + pan.y };
  }

  // A graph that the reader has not moved keeps filling its panel, and is laid out for the new form once the size rests.
  watchSize() {
    let resting = 0;
    const observer = new ResizeObserver(() => {
      if (!this.cy || this.graph.clientWidth === 0 || this.placedFor === String(this.size())) return;
      this.move(() => this.cy.resize());
      if (!this.fitted) return;
      this.fit();
      clearTimeout(resting);
      resting = setTimeout(() => this.placeAgain(), 150);
    });
    observer.observe(this.graph);
    this.app.onDestroy(() => {
      observer.disconnect();
      clearTimeout(resting);
      this.cy?.destroy();
    });
  }

  placeAgain() {
    this.place();
    const looks = this.looks(this.app.store.get());
    this.cy.batch(() => this.cy.nodes().forEach((node, i) => node.position(this.places[i]).data(looks(i))));
    this.fit();
  }
}
