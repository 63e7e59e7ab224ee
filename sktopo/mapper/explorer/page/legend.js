// What the colours mean: a scale in each layer's footer for numbers, a row of names below the controls for categories.

function numberLegend([low, high]) {
  const bar = make("span", { class: "gradient", "aria-hidden": "true" });
  bar.style.backgroundImage = scaleGradient();
  return [make("span", {}, short(low)), bar, make("span", {}, short(high))];
}

// Classes have their own row of chips, which filter as well; here are the categories of a column.
function makeLegend(app) {
  const element = make("div", { class: "legend", "aria-label": "Colours" });
  function draw() {
    const { color } = app.store.get();
    const values = nodeValues(app, app.activeLayer(), color);
    const categories =
      color === "class" || values.kind === "number" ? [] : (values.categories ?? componentNames(values.values));
    element.replaceChildren(
      ...categories.slice(0, 40).map((name, i) => make("span", { class: "key" }, swatch(i), name)),
    );
    if (categories.length > 40) element.append(make("span", { class: "key" }, `and ${categories.length - 40} more`));
    element.hidden = categories.length === 0;
  }
  return { element, draw };
}

function componentNames(components) {
  return Array.from({ length: Math.max(-1, ...components) + 1 }, (_, i) => `component ${i}`);
}

function swatch(i) {
  const square = make("span", { class: "swatch", "aria-hidden": "true" });
  square.style.backgroundColor = categoryColour(i);
  return square;
}
