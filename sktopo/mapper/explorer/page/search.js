// Class search with suggestions, and the chips of the classes filtered for. Nodes and named inputs are found as well.

const MOST_SUGGESTIONS = 12;
const MOST_CHIPS = 24;

function makeSearch(app) {
  const list = make("ul", {
    class: "suggestions",
    "data-role": "suggestions",
    role: "listbox",
    id: app.newId("suggestions"),
    hidden: true,
  });
  const input = make("input", {
    type: "search",
    "data-role": "search",
    role: "combobox",
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-label": "Search classes, nodes and inputs",
    placeholder: app.model.inputs.classes ? "Search classes…" : "Search nodes…",
    autocomplete: "off",
    spellcheck: "false",
  });
  let found = [];
  let at = -1;

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    at = -1;
  }
  function pick(suggestion) {
    input.value = "";
    close();
    suggestion.act();
  }
  function point(to) {
    if (found.length === 0) return;
    at = to < 0 ? found.length - 1 : to % Math.max(1, found.length); // from one end to the other
    Array.from(list.children).forEach((item, i) => item.setAttribute("aria-selected", i === at));
    if (at < 0) return;
    input.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }
  function suggest() {
    found = suggestions(app, input.value.trim());
    list.replaceChildren(
      ...found.map(({ label, kind, colour }, i) =>
        make(
          "li",
          {
            role: "option",
            id: `${list.id}-${i}`,
            "aria-selected": "false",
            onpointerdown: (event) => {
              event.preventDefault(); // the input keeps the focus, so that several classes can be picked in a row
              pick(found[i]);
            },
          },
          colour === undefined ? null : swatch(colour),
          make("span", {}, label),
          make("span", { class: "hint" }, kind),
        ),
      ),
    );
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    at = -1;
    if (input.value.trim()) point(0); // Enter takes the first, but only of what was asked for
  }
  input.addEventListener("input", suggest);
  input.addEventListener("focus", suggest);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) suggest();
      else point(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && at >= 0) pick(found[at]);
    else if (event.key === "Escape") list.hidden ? input.blur() : close();
    event.stopPropagation();
  });
  const element = make("div", { class: "search" }, icon("search"), input, list);
  return { element, input };
}

// Names that begin with the text come before those that only hold it.
function suggestions(app, text) {
  const { classes, names } = app.model.inputs;
  const wanted = text.toLowerCase();
  const picked = app.store.get().classes;
  const matches = (all, act, kind, colour) => {
    const found = [[], []];
    for (let i = 0; i < all.length && found[0].length < MOST_SUGGESTIONS; i++) {
      const at = all[i].toLowerCase().indexOf(wanted);
      if (at >= 0 && !picked.includes(all[i]))
        found[at === 0 ? 0 : 1].push({ label: all[i], kind, act: () => act(i), colour: colour ? i : undefined });
    }
    return found.flat();
  };
  const found = classes ? matches(classes, (i) => app.toggleClass(classes[i]), "class", true) : [];
  const node = /^(?:node )?(\d+)$/.exec(wanted);
  const input = /^input (\d+)$/.exec(wanted);
  const layer = app.activeLayer();
  if (node && Number(node[1]) < layer.nodes.n)
    found.push({
      label: `Node ${Number(node[1])}`,
      kind: layer.name,
      act: () => app.goTo(layer.name, [Number(node[1])]),
    });
  if (input && Number(input[1]) < app.model.inputs.n)
    found.push({ label: `Input ${Number(input[1])}`, kind: "input", act: () => app.showInput(Number(input[1])) });
  if (names && wanted) found.push(...matches(names, app.showInput, "input", false));
  return found.slice(0, MOST_SUGGESTIONS);
}

// The most frequent classes, and all that are picked; the others are reached by searching.
function makeClassFilter(app) {
  const element = make("div", {
    class: "chips",
    "data-role": "class-filter",
    role: "group",
    "aria-label": "Classes filtered for",
  });
  const { classes, classOf } = app.model.inputs;
  if (!classes)
    return {
      element,
      draw: () => {
        element.hidden = true;
      },
    };
  const totals = new Uint32Array(classes.length);
  for (const label of classOf) if (label >= 0) totals[label]++;
  const order = Array.from(classes.keys());
  const common = new Set(
    classes.length <= MOST_CHIPS ? order : order.sort((a, b) => totals[b] - totals[a]).slice(0, MOST_CHIPS),
  );
  function draw() {
    const picked = new Set(app.filteredClasses());
    const shown = classes.map((name, i) => [name, i]).filter(([, i]) => common.has(i) || picked.has(i));
    const chips = shown.map(([name, i]) =>
      make(
        "button",
        {
          type: "button",
          class: "chip",
          "aria-pressed": String(picked.has(i)),
          "data-class": name,
          title: `${count(totals[i], "input")}; click to filter`,
          onclick: () => app.toggleClass(name),
        },
        swatch(i),
        make("span", {}, name),
      ),
    );
    if (shown.length < classes.length)
      chips.push(make("span", { class: "hint" }, `and ${classes.length - shown.length} more: search`));
    if (picked.size)
      chips.push(button("Clear the filter", { class: "quiet", onclick: () => app.store.set({ classes: [] }) }));
    element.replaceChildren(...chips);
  }
  return { element, draw };
}
