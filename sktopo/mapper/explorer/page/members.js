// The table of the chosen nodes' members: 200 rows at a time, for a browser lays out thousands of rows in seconds.

const ROWS_AT_A_TIME = 200;

// The columns of the table and of the file: a title, a value for an input, and whether it is a number.
function memberColumns(app, { layer, points }) {
  const { names, texts, classes, classOf, columns } = app.model.inputs;
  const found = [{ title: "input", value: (input) => input }];
  if (names) found.push({ title: "name", value: (input) => names[input] });
  if (classOf) found.push({ title: "class", value: (input) => (classOf[input] < 0 ? "" : classes[classOf[input]]) });
  if (texts) found.push({ title: "text", value: (input) => texts[input], wide: true });
  if (layer.pointInput) found.push(...pointColumns(layer, points));
  for (const column of columns) {
    const value =
      column.kind === "category"
        ? (input) => column.categories[column.values[input]] ?? ""
        : (input) => column.values[input];
    found.push({ title: column.name, value, number: column.kind === "number" });
  }
  return found;
}

// Where an input has several points, such as the tokens of a text: how many of them are members, and at which positions.
function pointColumns(layer, points) {
  const rows = pointsByInput(layer, points);
  const row = (input) => rows.points.subarray(rows.offsets[input], rows.offsets[input + 1]);
  const found = [{ title: "points", value: (input) => row(input).length, number: true }];
  const positions = (input) => Array.from(row(input), (point) => layer.pointPosition[point]).join(" ");
  if (layer.pointPosition) found.push({ title: "positions", value: positions, wide: true });
  return found;
}

function membersSection(app, content, wanted) {
  const { inputs } = content;
  const columns = memberColumns(app, content);
  const body = make("tbody");
  const head = make(
    "tr",
    {},
    ...columns.map((column, i) =>
      make(
        "th",
        { scope: "col", class: column.number ? "number" : null },
        button(column.title, { class: "sort", title: "Sort", onclick: () => sortBy(i) }),
      ),
    ),
  );
  const table = make("table", { "data-role": "members", "data-total": wanted.length }, make("thead", {}, head), body);
  const more = button("", { class: "quiet" });
  const note =
    wanted.length < inputs.length ? ` of the classes filtered for, out of ${THOUSANDS.format(inputs.length)}` : "";
  let sorted = wanted;
  // A second click turns the order round.
  function sortBy(i) {
    const down = head.children[i].getAttribute("aria-sort") === "ascending";
    for (const cell of head.children) cell.removeAttribute("aria-sort");
    head.children[i].setAttribute("aria-sort", down ? "descending" : "ascending");
    sorted = sortedInputs(wanted, columns[i], down);
    body.replaceChildren();
    addRows();
  }
  function addRows() {
    const from = body.childElementCount;
    body.append(...Array.from(sorted.subarray(from, from + ROWS_AT_A_TIME), (input) => memberRow(app, columns, input)));
    const left = wanted.length - body.childElementCount;
    more.firstElementChild.textContent = `Show ${Math.min(left, ROWS_AT_A_TIME)} more of ${THOUSANDS.format(left)}`;
    more.hidden = left === 0;
  }
  more.addEventListener("click", addRows);
  addRows();
  const save = button(
    "Download all",
    {
      class: "small",
      "data-role": "export-members",
      title: "As CSV. Texts that start with = + - or @ get an apostrophe in front, so that no spreadsheet runs them.",
      onclick: () => saveMembers(app),
    },
    "download",
  );
  return make(
    "section",
    { class: "members" },
    make("h4", {}, `${count(wanted.length, "member")}${note}`, save),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Members" }, table, more),
  );
}

// Missing numbers come last either way.
function sortedInputs(inputs, { value, number }, down) {
  const sign = down ? -1 : 1;
  const compare = number
    ? (a, b) => sign * (a - b)
    : (a, b) => sign * String(a).localeCompare(String(b), "en", { numeric: true });
  const pairs = Array.from(inputs, (input) => [input, value(input)]);
  const missing = pairs.filter(([, each]) => Number.isNaN(each));
  const present = pairs.filter(([, each]) => !Number.isNaN(each)).sort(([, a], [, b]) => compare(a, b));
  return Uint32Array.from([...present, ...missing], ([input]) => input);
}

function memberRow(app, columns, input) {
  const cells = columns.map(({ value, number, wide }) => {
    const content = value(input);
    return make(
      "td",
      { class: number ? "number" : wide ? "wide" : null, title: wide ? content : null },
      number ? short(content) : content,
    );
  });
  return make(
    "tr",
    { "data-input": input, title: "Show the nodes that hold this input", onclick: () => app.showInput(input) },
    ...cells,
  );
}
