// Bars of classes, longest first. A tick marks the class's share of the whole layer: a bar beyond it is more than chance.

const SHOWN_BARS = 10;

function drawHistogram(app, counts, totals) {
  const { classes } = app.model.inputs;
  const sum = Math.max(
    1,
    counts.reduce((a, b) => a + b, 0),
  );
  const all = Math.max(
    1,
    totals.reduce((a, b) => a + b, 0),
  );
  const order = Array.from(counts.keys())
    .filter((k) => counts[k] > 0)
    .sort((a, b) => counts[b] - counts[a]);
  const longest = counts[order[0]] / sum;
  const row = (k) => {
    const known = k < classes.length;
    const bar = make("span", { class: "bar" });
    bar.style.width = `${(100 * counts[k]) / sum / longest}%`;
    bar.style.backgroundColor = categoryColour(known ? k : -1);
    const expected = make("span", { class: "expected" });
    expected.style.left = `${Math.min(100, (100 * totals[k]) / all / longest)}%`;
    const text = `${THOUSANDS.format(counts[k])} of this class here, ${percent(counts[k] / sum)}; ${percent(totals[k] / all)} of the layer`;
    return make(
      "div",
      {
        class: "row",
        title: text,
        role: "listitem",
        "data-class": known ? classes[k] : "",
        "data-count": counts[k],
      },
      make("span", { class: "name" }, known ? classes[k] : "unknown"),
      make("span", { class: "track" }, bar, expected),
      make("span", { class: "number" }, THOUSANDS.format(counts[k])),
      make("span", { class: "number share" }, percent(counts[k] / sum)),
    );
  };
  const list = make(
    "div",
    { class: "histogram", "data-role": "histogram", role: "list" },
    ...order.slice(0, SHOWN_BARS).map(row),
  );
  if (order.length > SHOWN_BARS) {
    const more = button(`${order.length - SHOWN_BARS} more classes`, {
      class: "quiet",
      onclick: () => {
        more.remove();
        list.append(...order.slice(SHOWN_BARS).map(row));
      },
    });
    list.append(more);
  }
  return list;
}
