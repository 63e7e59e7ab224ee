// Sliders that hide edges. Each has a field beside it, for a number that the hand does not hit.

function makeSliders(app) {
  const sliders = [
    makeSlider(app, "jaccard", "Jaccard ≥", "Least share of their points that two nodes have in common"),
    makeSlider(app, "intersection", "Shared ≥", "Least number of points in common"),
    makeSlider(app, "support", "Support ≥", "Least share of the bootstrap resamples that found the edge again"),
  ];
  return { elements: sliders.map((each) => each.element), draw: () => sliders.forEach((each) => each.draw()) };
}

function makeSlider(app, key, label, title) {
  const range = make("input", { type: "range", "data-role": `slider-${key}`, "aria-label": title, min: 0 });
  const field = make("input", { type: "number", "aria-label": `${label} (number)`, min: 0 });
  const element = make("label", { class: "field slider", title }, make("span", {}, label), range, field);
  // The graph follows the handle at most once per frame; the address is written when the handle is let go.
  let asked = 0;
  range.addEventListener("input", () => {
    field.value = range.value;
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => app.store.set({ [key]: Number(range.value) }, "replace"));
  });
  field.addEventListener("change", () => app.store.set({ [key]: Math.max(0, Number(field.value) || 0) }, "replace"));

  function draw() {
    const edges = app.views.map(({ layer }) => layer.edges);
    const values = edges.flatMap((each) => each[key] ?? []);
    const top = key === "support" ? 1 : values.reduce((a, b) => Math.max(a, b), 0);
    const step = key === "intersection" ? 1 : 0.01;
    for (const input of [range, field]) {
      input.max = Math.max(step, Math.ceil(top / step) * step);
      input.step = step;
      input.disabled = key === "support" && !edges.some((each) => each.support);
    }
    element.classList.toggle("disabled", range.disabled);
    range.value = app.store.get()[key];
    if (document.activeElement !== field) field.value = app.store.get()[key];
  }
  return { element, draw };
}
