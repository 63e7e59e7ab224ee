// The frame around a layer's graph: a heading with its size above, how many edges are shown and a colour scale below.

function makeLayerPanel(app, name) {
  const facts = make("span", { class: "facts" });
  const graph = make("div", {
    "data-role": "graph",
    tabindex: "0",
    role: "application",
    "aria-label": `Graph of ${name}. Arrow keys walk along edges, Enter selects.`,
  });
  const edgeCount = make("span", { "data-role": "edge-count" });
  const scale = make("span", { class: "scale" });
  const fit = { class: "quiet icon-only", title: "Show the whole graph (f)", onclick: () => app.viewOf(name).fit() };
  const enlarge = {
    class: "quiet icon-only enlarge",
    title: "Show this layer alone, or all again",
    onclick: () => app.enlarge(name),
  };
  const element = make(
    "section",
    { class: "layer", "data-role": "layer", "data-layer": name, "aria-label": `Layer ${name}` },
    make("header", {}, make("h3", {}, name), facts, button("Fit", fit, "fit"), button("Enlarge", enlarge, "enlarge")),
    make("div", { class: "stage" }, graph),
    make("footer", {}, edgeCount, scale),
  );
  // Cytoscape takes the focus away when a button is pressed, and without it arrow keys would go elsewhere.
  graph.addEventListener("pointerup", () => graph.focus({ preventScroll: true }));

  function describe(layer) {
    facts.textContent = layer.nodes.n ? count(layer.nodes.n, "node") : "No nodes: nothing was clustered";
    const noise = `${percent(layer.noiseShare)} of what the cells hold is noise`;
    facts.title = `${percent(layer.coverage)} of the points are in nodes; ${noise}`;
  }
  function describeEdges(counts, total, state) {
    edgeCount.textContent = edgeCountText(counts, total, state);
    edgeCount.title = edgeCount.textContent;
    Object.assign(edgeCount.dataset, { visible: counts.visible, total, unsupported: counts.unsupported });
  }
  function describeColours(values) {
    scale.replaceChildren(...(values.kind === "number" ? numberLegend(values.domain) : []));
  }
  return { element, graph, describe, describeEdges, describeColours };
}
