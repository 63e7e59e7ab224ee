// The points of the active layer in two dimensions, on a canvas. Those that the chosen nodes hold stand out; a click on a
// point chooses the nodes that hold it, and drawing around points those of which at least half the points shown are inside.

function makeProjection(app) {
  const kind = make("select", {
    "data-role": "projection-kind",
    "aria-label": "Projection",
    onchange: () => app.store.set({ projection: kind.value }, "replace"),
  });
  const note = make("span", { class: "hint" });
  const canvas = make("canvas", { "data-role": "projection", role: "img" });
  const stage = make("div", { class: "stage" }, canvas);
  const element = make(
    "section",
    { class: "card projection", "aria-label": "Projection" },
    make("header", {}, make("h3", {}, "Projection"), kind, note),
    stage,
  );
  let shown = null; // {layer, projection, holders, x, y in pixels}

  function choose() {
    const layer = app.activeLayer();
    const names = layer.projections.map((each) => each.name);
    const name = names.includes(app.store.get().projection) ? app.store.get().projection : names[0];
    kind.replaceChildren(...names.map((each) => make("option", { value: each, selected: each === name }, each)));
    element.hidden = names.length === 0;
    const projection = layer.projections.find((each) => each.name === name);
    shown = projection ? { layer, projection, holders: holdersOf(layer, projection) } : null;
    if (!shown) return;
    const n = projection.x.length;
    note.textContent = projection.points
      ? `${THOUSANDS.format(n)} of ${count(layer.nPoints, "point")} of ${layer.name}`
      : `${count(n, "node")} of ${layer.name}`;
    canvas.setAttribute("aria-label", `${name} of ${layer.name}, ${note.textContent}`);
    draw();
  }

  function draw() {
    if (!shown) return;
    const { nodes, layer: name } = app.store.get();
    const chosen = new Set(nodes);
    const choosing = nodes.length > 0 && name === shown.layer.name;
    const inside = (i) => choosing && shown.holders[i].some((node) => chosen.has(node));
    const all = Array.from(shown.holders.keys());
    const [front, back] = [all.filter(inside), all.filter((i) => !inside(i))];
    Object.assign(canvas.dataset, { drawn: all.length, highlighted: front.length });
    if (canvas.clientWidth === 0) return;
    const context = sharpContext(canvas);
    Object.assign(shown, fitPlaces(shown.projection, canvas.clientWidth, canvas.clientHeight));
    const radius = !shown.projection.points ? 4 : all.length > 1000 ? 1.7 : 2.4;
    const colour = pointColours(app, shown);
    drawPoints(context, shown, back, { radius, colour, opacity: choosing ? 0.18 : 0.85 });
    drawPoints(context, shown, front, {
      radius: radius + 0.8,
      colour,
      opacity: 0.9,
      rim: themeColours(app.root).accent,
    });
  }

  function click([x, y], adding) {
    const hit = nearestPlace(shown.x, shown.y, x, y, NEAR_ENOUGH);
    if (hit < 0) app.selection.clear();
    else app.selection.addNodes(shown.layer.name, shown.holders[hit], adding);
  }
  canvas.addEventListener("click", (event) => click([event.offsetX, event.offsetY], event.shiftKey));
  addLasso(
    app,
    stage,
    (polygon, adding) => app.selection.addNodes(shown.layer.name, nodesInside(shown, polygon), adding),
    click,
  );
  const observer = new ResizeObserver(draw);
  observer.observe(canvas);
  app.onDestroy(() => observer.disconnect());
  return { element, choose, draw };
}

function drawPoints(context, { x, y }, which, { radius, colour, opacity, rim = null }) {
  context.globalAlpha = opacity;
  context.lineWidth = 0.8;
  for (const i of which) {
    context.fillStyle = colour(i);
    context.beginPath();
    context.arc(x[i], y[i], radius, 0, 2 * Math.PI);
    context.fill();
    if (!rim) continue;
    context.strokeStyle = rim;
    context.stroke();
  }
}

function sharpContext(canvas) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * ratio;
  canvas.height = canvas.clientHeight * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  return context;
}

// Nodes that hold each point of the projection: one walk through the members, past a table of the points shown.
function holdersOf(layer, { points, x }) {
  if (!points) return Array.from(x, (_, node) => [node]);
  const place = new Int32Array(layer.nPoints).fill(-1);
  points.forEach((point, i) => {
    place[point] = i;
  });
  const holders = Array.from(points, () => []);
  const { offsets, items } = layer.members;
  for (let node = 0; node < layer.nodes.n; node++) {
    for (let i = offsets[node]; i < offsets[node + 1]; i++)
      if (place[items[i]] >= 0) holders[place[items[i]]].push(node);
  }
  return holders;
}

// One scale for both axes: distances in the picture mean the same in every direction.
function fitPlaces({ x, y }, width, height) {
  const [left, right] = numbers(x).domain;
  const [bottom, top] = numbers(y).domain;
  const margin = 12;
  const scale = Math.min(
    (width - 2 * margin) / Math.max(1e-12, right - left),
    (height - 2 * margin) / Math.max(1e-12, top - bottom),
  );
  return {
    x: Float32Array.from(x, (value) => width / 2 + scale * (value - (left + right) / 2)),
    y: Float32Array.from(y, (value) => height / 2 - scale * (value - (bottom + top) / 2)),
  };
}

// A point has the class or column value of its input. What only nodes have, such as purity, it takes from the first node that holds it.
function pointColours(app, { layer, projection, holders }) {
  const { inputs } = app.model;
  const { color } = app.store.get();
  if (projection.points && color === "class")
    return (i) => categoryColour(inputs.classOf[inputOfPoint(layer, projection.points[i])]);
  const column = projection.points && inputs.columns.find((each) => `column:${each.name}` === color);
  const values = nodeValues(app, layer, color);
  const colour = valueColour(values); // on the nodes' scale, which the legend shows
  if (column) return (i) => colour(column.values[inputOfPoint(layer, projection.points[i])]);
  return (i) => (holders[i].length ? colour(values.values[holders[i][0]]) : UNKNOWN_COLOUR);
}

function nodesInside({ layer, x, y, holders }, polygon) {
  const inside = new Uint32Array(layer.nodes.n);
  const all = new Uint32Array(layer.nodes.n);
  holders.forEach((nodes, i) => {
    const hit = insidePolygon(polygon, x[i], y[i]) ? 1 : 0;
    for (const node of nodes) {
      all[node]++;
      inside[node] += hit;
    }
  });
  return Array.from(all.keys()).filter((node) => inside[node] > 0 && 2 * inside[node] >= all[node]);
}
