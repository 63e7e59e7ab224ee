// Drawing around nodes: a transparent canvas over the element takes the pointer while the lasso is on.

function addLasso(app, stage, onEnd, onClick) {
  const isOn = () => app.store.get().mode === "lasso";
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
    if (!drawn) return;
    const moved = drawn.some(([x, y]) => Math.hypot(x - drawn[0][0], y - drawn[0][1]) > 4);
    if (moved) onEnd(drawn, event.shiftKey);
    else onClick(drawn[0], event.shiftKey);
  });
  canvas.addEventListener("pointercancel", () => {
    polygon = null;
    draw();
  });
  // The wheel zooms what lies below.
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    stage.querySelector("[data-role=graph] canvas")?.dispatchEvent(new WheelEvent("wheel", event));
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

const NEAR_ENOUGH = 12; // pixels from a click to what is meant by it

// A press without a drag is a click, as in every other mode.
function addGraphLasso(app, view) {
  const places = () => Array.from(view.places.keys(), (node) => view.shownPlace(node));
  const onEnd = (polygon, adding) => {
    const shown = places();
    const nodes = Array.from(shown.keys()).filter((node) => insidePolygon(polygon, shown[node].x, shown[node].y));
    app.selection.addNodes(view.name, nodes, adding);
  };
  const onClick = ([x, y], adding) => {
    const shown = places();
    const node = nearestPlace(
      Float64Array.from(shown, (p) => p.x),
      Float64Array.from(shown, (p) => p.y),
      x,
      y,
      NEAR_ENOUGH,
    );
    if (node >= 0) app.selection.clickNode(view, node, adding);
    else app.selection.clear(view.name);
  };
  addLasso(app, view.graph.parentElement, onEnd, onClick);
}

function nearestPlace(x, y, left, top, within) {
  let [best, least] = [-1, within * within];
  for (let i = 0; i < x.length; i++) {
    const distance = (x[i] - left) ** 2 + (y[i] - top) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}
