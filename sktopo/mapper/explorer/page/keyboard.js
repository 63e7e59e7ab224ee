// Every action has a key; letters work wherever the focus is, but in fields.

const MODE_KEYS = { node: "n", edge: "e", path: "p", loop: "l", component: "c", lasso: "s" };

const KEY_HELP = [
  ["← ↑ ↓ →", "walk along edges"],
  ["Enter Space", "select the node; with Shift, add it"],
  ["Tab", "next layer"],
  ["Esc", "clear the selection"],
  ["n e p l c s", "node, edge, path, loop, component, lasso"],
  ["t", "trace across layers"],
  ["f", "show the whole graph"],
  ["+ −", "zoom"],
  ["[ ]", "previous, next setting"],
  ["/", "search"],
  ["d", "light or dark"],
  ["?", "these keys"],
];

function addKeyboard(app) {
  const { root, store } = app;
  const modeOf = Object.fromEntries(Object.entries(MODE_KEYS).map(([mode, key]) => [key, mode]));
  const actions = {
    Escape: () => (app.help.isOpen() ? app.help.toggle() : app.selection.clear()),
    "?": () => app.help.toggle(),
    "/": () => app.controls.search.input.focus(),
    t: () => store.set({ trace: !store.get().trace }),
    d: () => app.switchTheme(),
    f: () => focusedView().fit(),
    "+": () => zoomBy(1.3),
    "-": () => zoomBy(1 / 1.3),
    "[": () => stepSetting(-1),
    "]": () => stepSetting(1),
  };
  const focusedView = () =>
    app.views.find((view) => view.graph.contains(document.activeElement)) ?? app.viewOf(store.get().layer);

  function zoomBy(factor) {
    const { cy, graph } = focusedView();
    cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: graph.clientWidth / 2, y: graph.clientHeight / 2 } });
  }
  function stepSetting(step) {
    const names = app.model.settings.map(({ name }) => name);
    const at = names.indexOf(store.get().setting) + step;
    if (at >= 0 && at < names.length) app.changeSetting(names[at]);
  }
  function act(event) {
    if (
      event.defaultPrevented ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.target.matches("input, select, textarea")
    )
      return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!modeOf[key] && !actions[key]) return;
    event.preventDefault();
    if (modeOf[key]) app.changeMode(modeOf[key]);
    else actions[key]();
  }
  // A page of its own hears keys even when nothing has the focus; in a notebook the focus must be inside.
  const listener = app.ownsPage ? document : root;
  root.dataset.lmSuppressShortcuts = "true"; // JupyterLab then leaves keys pressed inside to us
  listener.addEventListener("keydown", act);
  app.onDestroy(() => listener.removeEventListener("keydown", act));
  for (const view of app.views) view.graph.addEventListener("keydown", (event) => walk(app, view, event));
}

const DIRECTIONS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

function walk(app, view, event) {
  if (view.layer.nodes.n === 0) return;
  const from = view.cursor ?? (app.store.get().layer === view.name ? app.store.get().nodes[0] : undefined);
  if (DIRECTIONS[event.key]) {
    event.preventDefault();
    setCursor(
      app,
      view,
      from === undefined ? largestNode(view.layer) : neighbourTowards(view, from, DIRECTIONS[event.key]),
    );
  } else if ((event.key === "Enter" || event.key === " ") && from !== undefined) {
    event.preventDefault();
    app.selection.clickNode(view, from, event.shiftKey);
  } else if (event.key === "Tab") {
    const next = app.views[app.views.indexOf(view) + (event.shiftKey ? -1 : 1)];
    if (!next) return; // the first and the last layer let the focus out
    event.preventDefault();
    next.graph.focus();
  }
}

function largestNode(layer) {
  return layer.nodes.size.reduce((best, size, i) => (size > layer.nodes.size[best] ? i : best), 0);
}

// The neighbour that lies best in the direction; none that lies more than 75 degrees off.
function neighbourTowards({ places, layer, hidden }, from, [right, down]) {
  const start = places[from];
  let [best, most] = [from, Math.cos((75 * Math.PI) / 180)];
  for (const [node] of visibleNeighbours(layer, hidden, from)) {
    const [dx, dy] = [places[node].x - start.x, places[node].y - start.y];
    const along = (dx * right + dy * down) / (Math.hypot(dx, dy) || 1);
    if (along > most) [best, most] = [node, along];
  }
  return best;
}

function setCursor(app, view, node) {
  view.cy.nodes(".cursor").removeClass("cursor");
  const element = view.cy.getElementById(`n${node}`);
  element.addClass("cursor");
  view.cursor = node;
  const { x, y } = view.shownPlace(node);
  if (x < 0 || y < 0 || x > view.graph.clientWidth || y > view.graph.clientHeight) view.cy.center(element);
  app.say(`Node ${node}: ${describeNode(app, view.layer, node).join(", ")}.`);
}

function makeHelp() {
  const list = make(
    "dl",
    {},
    ...KEY_HELP.map(([keys, what]) =>
      make("div", {}, make("dt", {}, ...keys.split(" ").map((key) => make("kbd", {}, key))), make("dd", {}, what)),
    ),
  );
  const close = button("Close", { class: "quiet icon-only" }, "close");
  const element = make(
    "dialog",
    { class: "help", "data-role": "help", "aria-label": "Keys" },
    make("header", {}, make("h2", {}, "Keys"), close),
    list,
  );
  const toggle = () => (element.open ? element.close() : element.showModal());
  close.addEventListener("click", toggle);
  return { element, toggle, isOpen: () => element.open };
}
