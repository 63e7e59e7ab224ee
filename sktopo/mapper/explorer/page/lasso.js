// Drawing around nodes: a transparent canvas over the element takes the pointer while the lasso is on.

function addLasso(app, stage, isOn, onEnd) {
  const canvas = make("canvas", { class: "lasso", "aria-hidden": "true" });
  let polygon = null;

  function place(event) {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
  function draw() {
    canvas.width = canvas.clientWidth;
    canvas.height = canvas.clientHeight;
    if (!polygon) return;
    const context = canvas.getContext("2d");
    const { accent } = themeColours(app.root);
    context.beginPath();
    for (const [x, y] of polygon) context.lineTo(x, y);
    context.closePath();
    context.strokeStyle = accent;
    context.lineWidth = 1.5;
    context.setLineDash([5, 3]);
    context.stroke();
    context.globalAlpha = 0.1;
    context.fillStyle = accent;
    context.fill();
  }
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    polygon = [place(event)];
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!polygon) return;
    polygon.push(place(event));
    draw();
  });
  canvas.addEventListener("pointerup", (event) => {
    const drawn = polygon;
    polygon = null;
    draw();
    if (drawn) onEnd(drawn, event.shiftKey);
  });
  canvas.addEventListener("pointercancel", () => {
    polygon = null;
    draw();
  });
  app.store.listen(() => {
    canvas.hidden = !isOn();
  });
  canvas.hidden = !isOn();
  stage.append(canvas);
}

// Even-odd rule: a ray to the right crosses the outline an odd number of times from inside.
function insidePolygon(polygon, x, y) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i];
    const [xj, yj] = polygon[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

function addGraphLasso(app, view) {
  const stage = view.graph.parentElement;
  addLasso(
    app,
    stage,
    () => app.store.get().mode === "lasso",
    (polygon, adding) => {
      const nodes = view.cy
        .nodes()
        .filter((node) => {
          const { x, y } = node.renderedPosition();
          return insidePolygon(polygon, x, y);
        })
        .map((node) => node.data("node"));
      const now = app.store.get();
      app.selection.select(view.name, [...(adding && now.layer === view.name ? now.nodes : []), ...nodes]);
    },
  );
}
