// The panel on the right: what the chosen nodes are, which classes and inputs they hold, and where these are elsewhere.

function makeDetails(app) {
  const element = make("aside", {
    class: "details",
    "data-role": "details",
    "aria-label": "Details of the selection",
    tabindex: "-1",
  });

  function draw() {
    const content = app.content();
    if (content.nodes.length === 0) return element.replaceChildren(...overview(app));
    const { layer, nodes, points } = content;
    const parts = [selectionHeading(app, content), nodeFacts(app, content)];
    const { classes, classOf } = app.model.inputs;
    if (classOf)
      parts.push(
        section(
          "Classes",
          drawHistogram(app, countLabels(layer, points, classOf, classes.length), app.labelTotals(layer)),
        ),
      );
    const wanted = app.wantedInputs(content.inputs);
    parts.push(...imageSections(app, layer, nodes, wanted), traceSection(app), membersSection(app, content, wanted));
    element.scrollTop = 0; // before the change: after it the browser would have to lay out at once
    element.replaceChildren(...parts.filter((part) => part !== null));
  }
  return { element, draw };
}

function section(title, ...children) {
  return make("section", {}, make("h4", {}, title), ...children);
}

function definitions(pairs) {
  return make(
    "dl",
    { class: "numbers" },
    ...pairs.map(([term, value]) => make("div", {}, make("dt", {}, term), make("dd", {}, value))),
  );
}

// Before anything is chosen: each layer in a row, and where to begin.
function overview(app) {
  const head = make(
    "tr",
    {},
    ...["Layer", "Nodes", "Edges", "Loops", "Covers"].map((name, i) =>
      make("th", { scope: "col", class: i ? "number" : null }, name),
    ),
  );
  const rows = app.views.map(({ layer }) => {
    const numbers = [
      short(layer.nodes.n),
      short(layer.edges.n),
      short(layer.features.filter((each) => each.kind === "loop").length),
      percent(layer.coverage),
    ];
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, layer.name),
      ...numbers.map((text) => make("td", { class: "number" }, text)),
    );
  });
  return [
    make("h2", {}, "Nothing chosen"),
    make(
      "p",
      { class: "hint" },
      "Click a node to see its members. Draw a lasso, follow a path, or pick a loop from the table below; ",
      make("kbd", {}, "?"),
      " lists the keys.",
    ),
    section("Layers", make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))),
    make(
      "p",
      { class: "hint" },
      `${count(app.model.inputs.n, "input")}. A disc is a cluster of them; a line joins two that have inputs in common.`,
    ),
  ];
}

function selectionHeading(app, { layer, nodes, edge, points, inputs }) {
  const title =
    edge >= 0
      ? `Edge ${nodes[0]} – ${nodes[1]}`
      : nodes.length === 1
        ? `Node ${nodes[0]}`
        : count(nodes.length, "node");
  const held = layer.pointInput
    ? `${count(points.length, "point")} of ${count(inputs.length, "input")}`
    : count(inputs.length, "input");
  return make(
    "div",
    { class: "heading" },
    make("h2", {}, title),
    make(
      "p",
      { class: "hint" },
      `${layer.name} · ${edge >= 0 ? "in both: " : ""}${held} (${percent(inputs.length / Math.max(1, layer.nInputs))})`,
    ),
    button(
      "Clear the selection",
      { class: "quiet icon-only", title: "Clear (Esc)", onclick: () => app.selection.clear() },
      "close",
    ),
  );
}

function nodeFacts(app, { layer, nodes, edge }) {
  const { edges } = layer;
  if (edge >= 0) {
    return definitions([
      ["In common", short(edges.intersection[edge])],
      ["Jaccard", short(edges.jaccard[edge])],
      ["Support", short(edges.support?.[edge])],
    ]);
  }
  if (nodes.length > 1) {
    const inside = insideEdges(layer, nodes, app.viewOf(layer.name).hidden);
    const sizes = nodes.map((node) => layer.nodes.size[node]);
    return definitions([
      ["Edges between", short(inside.length)],
      ["Components", short(new Set(nodes.map((node) => layer.nodes.component[node])).size)],
      ["Members", `${short(Math.min(...sizes))} to ${short(Math.max(...sizes))}`],
    ]);
  }
  const [node] = nodes;
  const pairs = [
    ["Members", short(layer.nodes.size[node])],
    ["Edges", short(layer.neighbours.offsets[node + 1] - layer.neighbours.offsets[node])],
    ["Component", short(layer.nodes.component[node])],
  ];
  layer.lensNames.forEach((name, i) => pairs.push([name, short(layer.nodes.lens[i][node])]));
  if (layer.nodes.purity?.majority)
    pairs.push(
      ["Largest class", percent(layer.nodes.purity.majority[node])],
      ["1 − entropy", short(layer.nodes.purity.entropy[node])],
    );
  if (layer.nodes.target_mean) pairs.push(["Target", short(layer.nodes.target_mean[node])]);
  return definitions(pairs);
}

function imageSections(app, layer, nodes, inputs) {
  const sections = [];
  if (app.sheets || layer.nodes.meanImages) {
    const figures = make("div", { class: "pictures" });
    if (layer.nodes.meanImages) {
      const sheets = app.meanSheets(layer);
      const figure = make(
        "figure",
        { "data-role": "mean-image" },
        make("figcaption", {}, nodes.length === 1 ? "mean" : `mean of ${nodes.length} nodes`),
      );
      sheets.loaded.then(() => figure.prepend(drawMeanImage(sheets, layer, nodes)));
      figures.append(figure);
    }
    if (app.sheets) {
      const gallery = make("div", { class: "gallery", "data-role": "member-images" });
      figures.append(gallery);
      app.sheets.loaded.then(() => {
        const { tiles, having } = drawMemberImages(app, app.sheets, inputs, app.showInput);
        gallery.append(...tiles);
        if (having > tiles.length)
          gallery.append(make("span", { class: "hint" }, `${tiles.length} of ${THOUSANDS.format(having)}`));
      });
    }
    sections.push(section("Images", figures));
  }
  return sections;
}

// The three nodes of every other layer that have most from the selection.
function traceSection(app) {
  const shares = app.traces();
  if (shares.size === 0) return null;
  const rows = [...shares].map(([name, share]) => {
    const best = nodesAbove(share, 0).sort((a, b) => share[b] - share[a]);
    const jumps = best.slice(0, 3).map((node) =>
      button(`${node} · ${percent(share[node])}`, {
        class: "pill",
        title: `Go to node ${node} of ${name}`,
        onclick: () => app.goTo(name, [node]),
      }),
    );
    return make(
      "div",
      { class: "trace-row" },
      make("span", { class: "name", title: `In ${count(best.length, "node")} of ${name}` }, name),
      ...(jumps.length ? jumps : [make("span", { class: "hint" }, "in no node")]),
    );
  });
  return section("The same inputs elsewhere", ...rows);
}
