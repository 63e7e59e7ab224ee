// Edges of a large graph, painted on a canvas of their own below cytoscape's. As elements of cytoscape each of 20,000
// edges is styled, measured and stroked by itself, 200 ms a frame; here they are one path and a tenth of that.

function makeEdgeCanvas(view) {
  const element = make("canvas", { class: "edges", "aria-hidden": "true" });

  function draw() {
    const { width, height } = view.graph.getBoundingClientRect();
    if (element.width !== Math.round(width)) element.width = Math.round(width);
    if (element.height !== Math.round(height)) element.height = Math.round(height);
    const context = element.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, element.width, element.height);
    const { x, y } = view.cy.pan();
    const zoom = view.cy.zoom();
    context.setTransform(zoom, 0, 0, zoom, x, y);
    const colours = themeColours(view.app.root);
    const shown = Array.from(view.hidden.keys()).filter((k) => !view.hidden[k]);
    context.globalAlpha = view.marks.shares ? 0.3 : 1; // as the class "faint" of other graphs' edges
    strokeEdges(context, view, shown, colours.edge, 0.8);
    context.globalAlpha = 1;
    strokeEdges(context, view, view.marks.inside, colours.accent, 2.5);
  }

  return { element, draw };
}

function strokeEdges(context, { layer, places }, edges, colour, width) {
  const { u, v } = layer.edges;
  context.beginPath();
  for (const k of edges) {
    context.moveTo(places[u[k]].x, places[u[k]].y);
    context.lineTo(places[v[k]].x, places[v[k]].y);
  }
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

// The visible edge that passes a place of the drawing most closely, -1 where none does within some distance.
function nearestEdge({ layer, places, hidden }, at, within) {
  let [best, least] = [-1, within];
  for (let k = 0; k < layer.edges.n; k++) {
    const distance = hidden[k] ? Infinity : distanceToLine(at, places[layer.edges.u[k]], places[layer.edges.v[k]]);
    if (distance < least) [best, least] = [k, distance];
  }
  return best;
}

function distanceToLine(at, from, to) {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const along = ((at.x - from.x) * dx + (at.y - from.y) * dy) / (dx * dx + dy * dy || 1);
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(from.x + share * dx - at.x, from.y + share * dy - at.y);
}
