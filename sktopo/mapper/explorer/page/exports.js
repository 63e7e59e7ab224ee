// Files that the reader takes away: pictures of all layers, a table of nodes, a table of members.

function makeExports(app) {
  const menu = make(
    "div",
    { class: "menu-items", role: "group" },
    button("Picture (PNG)", { "data-role": "export-png", onclick: () => savePng(app) }),
    button("Drawing (SVG)", {
      "data-role": "export-svg",
      onclick: () => save(app, "svg", "image/svg+xml", svgOfLayers(app)),
    }),
    button("Nodes (CSV)", {
      "data-role": "export-csv",
      onclick: () => save(app, "nodes.csv", "text/csv", csvOfNodes(app)),
    }),
    button("Print", { onclick: () => window.print() }),
  );
  const element = make(
    "details",
    { class: "menu" },
    make("summary", {}, icon("download"), make("span", {}, "Export")),
    menu,
  );
  menu.addEventListener("click", () => {
    element.open = false;
  });
  element.addEventListener("focusout", (event) => {
    if (!element.contains(event.relatedTarget)) element.open = false;
  });
  return element;
}

function save(app, ending, type, content) {
  const name =
    app.model.title
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-|-$/g, "")
      .toLowerCase() || "explorer";
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = make("a", { href: url, download: `${name}.${ending}` });
  app.root.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// A cell of CSV. Spreadsheets run texts that start with = + - @ (or a tab or return before them) as formulas: an
// apostrophe in front makes them text again. Numbers stay as they are.
function csvCell(value) {
  if (typeof value === "number") return Number.isNaN(value) ? "" : String(value);
  const text = value === null || value === undefined ? "" : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csvOf(titles, rows) {
  return [titles, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

// A row per node of every layer. What a layer has not, its rows leave empty.
function csvOfNodes(app) {
  const { classes, classOf, columns } = app.model.inputs;
  const layers = app.views.map(({ layer }) => layer);
  const lenses = layers.map(({ lensNames }) => lensNames).reduce((a, b) => (b.length > a.length ? b : a));
  const purities = ["majority", "entropy", "presence"].filter((name) =>
    layers.some(({ nodes }) => nodes.purity?.[name]),
  );
  const classNames = classOf ? classes : [];
  const titles = ["layer", "node", "members", "component", "noise", "medoid", ...lenses, ...purities, "target mean"];
  titles.push(...columns.map(({ name }) => name), ...classNames.map((name) => `class ${name}`));
  const rows = layers.flatMap((layer) => {
    const { n, size, component, noise, medoid, lens, purity, target_mean: target } = layer.nodes;
    const means = columns.map(({ name }) => nodeValues(app, layer, `column:${name}`));
    return Array.from({ length: n }, (_, i) => [
      ...[layer.name, i, size[i], component[i], noise[i], medoid[i]],
      ...lenses.map((_, k) => lens[k]?.[i]),
      ...purities.map((name) => purity?.[name]?.[i]),
      target?.[i],
      ...means.map(({ values, categories }) => (categories ? categories[values[i]] : values[i])),
      ...classNames.map((_, k) => layer.classCounts[i][k]),
    ]);
  });
  return csvOf(titles, rows);
}

function saveMembers(app) {
  const content = app.content();
  const columns = memberColumns(app, content);
  const titles = columns.map(({ title }) => title);
  const rows = Array.from(app.wantedInputs(content.inputs), (input) => columns.map(({ value }) => value(input)));
  save(app, "members.csv", "text/csv", csvOf(titles, rows));
}

// The SVG, drawn: the picture is as sharp as asked for, whatever part of the graphs the page shows.
function savePng(app) {
  const picture = new Image();
  const url = URL.createObjectURL(new Blob([svgOfLayers(app)], { type: "image/svg+xml" }));
  picture.onload = () => {
    const canvas = make("canvas", { width: 2 * picture.naturalWidth, height: 2 * picture.naturalHeight });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => save(app, "png", "image/png", blob));
    URL.revokeObjectURL(url);
  };
  picture.src = url;
}
