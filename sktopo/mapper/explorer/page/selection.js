// What a click on a node or an edge selects, in each of the modes, and what the selection holds.

const MODE_HINTS = {
  node: "Click a node; with Shift, add or remove one.",
  edge: "Click an edge to see the inputs that its two nodes share.",
  path: "Click two nodes: the path between them whose nodes share most.",
  loop: "Click a node of a loop of the table; again for its next loop.",
  component: "Click a node: all that can be reached from it along visible edges.",
  lasso: "Draw around nodes; with Shift, add them.",
};

function makeSelection(app) {
  const { store } = app;
  let pathFrom = null; // {layer, node} between the two clicks of a path

  function select(layer, nodes) {
    store.set({ layer, nodes: [...new Set(nodes)].sort((a, b) => a - b) });
  }

  function addNodes(layer, nodes, adding) {
    const now = store.get();
    select(layer, adding && now.layer === layer ? [...now.nodes, ...nodes] : nodes);
  }

  function clickNode(view, node, adding) {
    const now = store.get();
    const add = (nodes) => addNodes(view.name, nodes, adding);
    switch (now.mode) {
      case "path":
        return clickPath(view, node);
      case "loop":
        return clickLoop(view, node, add);
      case "component":
        return add(componentOf(view.layer, view.hidden, node));
      default:
        return adding && now.layer === view.name && now.nodes.includes(node) ? drop(node) : add([node]);
    }
  }

  function drop(node) {
    const { layer, nodes } = store.get();
    const left = nodes.filter((each) => each !== node);
    select(layer, left);
  }

  function clickPath(view, node) {
    const from = pathFrom?.layer === view.layer ? pathFrom.node : null;
    if (from === null || from === node) {
      pathFrom = { layer: view.layer, node };
      select(view.name, [node]);
      return app.say(`The path starts at node ${node}. Click where it ends.`);
    }
    pathFrom = null;
    const path = shortestPath(view.layer, view.hidden, from, node);
    if (!path) return app.say(`No visible edges lead from node ${from} to node ${node}.`);
    select(view.name, path);
    app.say(`A path of ${count(path.length, "node")}: ${path.join(" – ")}.`);
  }

  function clickLoop(view, node, add) {
    const loops = view.layer.features.filter((feature) => feature.kind === "loop" && feature.nodes.includes(node));
    if (loops.length === 0) return app.say(`No loop of the table passes through node ${node}.`);
    const sorted = loops.map((loop) => [...loop.nodes].sort((a, b) => a - b));
    const shown = sorted.findIndex((nodes) => sameValue(nodes, store.get().nodes));
    add(sorted[(shown + 1) % sorted.length]);
  }

  function clickEdge(view, k) {
    if (store.get().mode === "edge") select(view.name, [view.layer.edges.u[k], view.layer.edges.v[k]]);
  }

  function clear(layer = store.get().layer) {
    pathFrom = null;
    store.set({ layer, nodes: [] });
  }

  // Called by a layer's view for every graph that it builds.
  function listenToGraph(view) {
    const adding = (event) =>
      event.originalEvent.shiftKey || event.originalEvent.ctrlKey || event.originalEvent.metaKey;
    view.cy.on("tap", "node", (event) => clickNode(view, event.target.data("node"), adding(event)));
    view.cy.on("tap", "edge", (event) => clickEdge(view, event.target.data("edge")));
    view.cy.on("tap", (event) => {
      if (event.target !== view.cy) return;
      const edge =
        view.large && store.get().mode === "edge" ? nearestEdge(view, event.position, 6 / view.cy.zoom()) : -1;
      if (edge >= 0) clickEdge(view, edge);
      else if (!adding(event)) clear(view.name);
    });
    view.cy.on("mouseover", "node", (event) => {
      if (!view.large) event.target.addClass("hovered");
      app.tooltip.show(view, event.target.data("node"));
    });
    view.cy.on("mouseout", "node", (event) => {
      event.target.removeClass("hovered");
      app.tooltip.hide();
    });
    view.cy.on("viewport", () => app.tooltip.hide());
  }

  return { select, addNodes, clear, clickNode, listenToGraph };
}

// The points and inputs that the chosen nodes hold. Of an edge, those that both its nodes have.
function contentOf(app) {
  const { nodes, mode } = app.store.get();
  const layer = app.activeLayer();
  const edge = mode === "edge" && nodes.length === 2 ? edgeBetween(layer, nodes[0], nodes[1]) : -1;
  const points = pointsOfNodes(layer, nodes, edge >= 0 ? 2 : 1);
  return { layer, nodes, edge, points, ...inputsOfPoints(layer, points) };
}

// A few words on a node beside the pointer.
function makeTooltip(app) {
  const element = make("div", { class: "tooltip", role: "presentation", hidden: true });
  function show(view, node) {
    const at = view.shownPlace(node);
    const stage = view.graph.getBoundingClientRect();
    const root = app.root.getBoundingClientRect();
    element.replaceChildren(
      make("b", {}, `Node ${node}`),
      ...describeNode(app, view.layer, node).map((line) => make("span", {}, line)),
    );
    element.hidden = false;
    const right = at.x + stage.left - root.left;
    element.style.left = `${Math.min(right + 14, root.width - element.offsetWidth - 8)}px`;
    element.style.top = `${Math.max(8, at.y + stage.top - root.top - element.offsetHeight - 10)}px`;
  }
  return {
    element,
    show,
    hide: () => {
      element.hidden = true;
    },
  };
}

function describeNode(app, layer, node) {
  const { classes } = app.model.inputs;
  const lines = [count(layer.nodes.size[node], "member")];
  if (layer.nodes.noise[node]) lines.push("noise of its cell");
  if (layer.classCounts) {
    const counts = layer.classCounts[node];
    const most = mostFrequent(counts);
    if (most >= 0) lines.push(`${percent(counts[most] / layer.nodes.size[node])} ${classes[most]}`);
  }
  const { color } = app.store.get();
  const values = nodeValues(app, layer, color);
  if (values.kind === "number" && color !== "size")
    lines.push(`${app.colourLabel(color)}: ${short(values.values[node])}`);
  return lines;
}
