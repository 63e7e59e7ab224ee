// Loops, branches and leaves of all layers in one table; a row jumps to its place.

const MOST_FEATURES = 200;

function makeFeatures(app) {
  const body = make("tbody");
  const head = make(
    "tr",
    {},
    ...["", "Layer", "Nodes", "Points", "Support", "Separation"].map((title, i) =>
      make("th", { scope: "col", class: i > 1 ? "number" : null, title: FEATURE_TITLES[title] ?? null }, title),
    ),
  );
  const table = make("table", { "data-role": "features" }, make("thead", {}, head), body);
  const kinds = ["loop", "branch", "leaf"].map((kind) =>
    make("option", { value: kind }, { loop: "loops", branch: "branches", leaf: "leaves" }[kind]),
  );
  const filter = make(
    "select",
    { "aria-label": "Which to list", onchange: draw },
    make("option", { value: "" }, "all"),
    ...kinds,
  );
  const nulls = make("p", { class: "hint" });
  const element = make(
    "section",
    { class: "card features", "aria-label": "Loops and branches" },
    make("header", {}, make("h3", {}, "Loops and branches"), filter),
    make(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of loops and branches" },
      table,
      nulls,
    ),
  );

  function draw() {
    const listed = app.views
      .flatMap(({ layer }) => layer.features.map((feature, i) => ({ layer, feature, i })))
      .filter(({ feature }) => !filter.value || feature.kind === filter.value);
    listed.sort((a, b) => (b.feature.support ?? 0) - (a.feature.support ?? 0) || b.feature.size - a.feature.size);
    body.replaceChildren(...listed.slice(0, MOST_FEATURES).map((each) => featureRow(app, each)));
    if (listed.length === 0) body.append(make("tr", {}, make("td", { colspan: 6, class: "hint" }, "None.")));
    nulls.textContent = app.views
      .flatMap(({ layer }) => [nullSentence(layer), leftOutSentence(layer)])
      .filter((text) => text)
      .join(" ");
    markShown();
  }
  function markShown() {
    const { layer, nodes } = app.store.get();
    for (const row of body.children)
      row.classList.toggle("current", row.dataset.layer === layer && row.dataset.nodes === nodes.join(","));
  }
  return { element, draw, markShown };
}

const FEATURE_TITLES = {
  Points: "Points in its nodes and arms",
  Support: "Share of the bootstrap resamples that have it",
  Separation: "How far the classes differ along it, from 0 to 1",
};

function featureNodes(feature) {
  return [...new Set([...feature.nodes, ...feature.arms.flat()])].sort((a, b) => a - b);
}

function featureRow(app, { layer, feature, i }) {
  const nodes = featureNodes(feature);
  const jump = () => app.goTo(layer.name, nodes);
  const cells = [nodes.length, feature.size, feature.support, feature.separation].map((value) =>
    make("td", { class: "number" }, short(value)),
  );
  return make(
    "tr",
    {
      "data-feature": i,
      "data-layer": layer.name,
      "data-nodes": nodes.join(","),
      tabindex: "0",
      title: "Show it in the graph",
      onclick: jump,
      onkeydown: (event) => {
        if (event.key === "Enter") jump();
      },
    },
    make("td", {}, make("span", { class: `kind ${feature.kind}` }, feature.kind)),
    make("td", {}, layer.name),
    ...cells,
  );
}

const PLURALS = { loop: "loops", branch: "branches", leaf: "leaves" };

function listedOfKind(layer, kind) {
  return layer.features.filter((feature) => feature.kind === kind).length;
}

function numberOfKind(layer, kind) {
  return layer.nFeatures[kind] ?? listedOfKind(layer, kind);
}

function leftOutSentence(layer) {
  const parts = Object.keys(PLURALS)
    .filter((kind) => numberOfKind(layer, kind) > listedOfKind(layer, kind))
    .map((kind) => `the best ${listedOfKind(layer, kind)} of ${numberOfKind(layer, kind)} ${PLURALS[kind]}`);
  return parts.length ? `Of ${layer.name}: ${parts.join(", ")}.` : "";
}

// How many of them graphs have that are made from the layer with its shape destroyed.
function nullSentence(layer) {
  if (!layer.nulls) return "";
  const { kind, n } = layer.nulls;
  const parts = ["loops", "branches"].map((what) => {
    const own = numberOfKind(layer, { loops: "loop", branches: "branch" }[what]);
    const reached = layer.nulls[what].filter((number) => number >= own).length;
    return `${own} ${what} (at least as many in ${reached} of ${n} null graphs)`;
  });
  return `${layer.name}: ${parts.join(", ")}; nulls: ${kind}.`;
}
