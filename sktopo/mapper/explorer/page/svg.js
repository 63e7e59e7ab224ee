// The layers side by side as SVG text, as the page shows them: places, colours, hidden edges, selection and trace.

function xmlText(value) {
  return String(value)
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "");
}

function svgOfLayers(app) {
  const colours = themeColours(app.root);
  const [margin, top] = [20, 64];
  let left = margin;
  let height = 0;
  const groups = app.views.map((view) => {
    const width = view.graph.clientWidth;
    const group = `<g transform="translate(${left} ${top})">${svgOfLayer(view, colours)}</g>`;
    left += width + margin;
    height = Math.max(height, view.graph.clientHeight);
    return group;
  });
  const legend = svgLegend(app, colours, top + height + 24, left - margin);
  const full = top + height + 24 + legend.height;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left}" height="${full}" viewBox="0 0 ${left} ${full}" font-family="system-ui, sans-serif" font-size="12" fill="${colours.ink}">` +
    `<rect width="100%" height="100%" fill="${colours.paper}"/><text x="${margin}" y="28" font-size="16" font-weight="600">${xmlText(app.model.title)}</text>` +
    groups.join("") +
    legend.text +
    "</svg>"
  );
}

// An inner svg cuts off what the reader has moved out of view.
function svgOfLayer(view, colours) {
  const { graph, cy, name, layer, hidden } = view;
  const parts = [
    `<text x="0" y="-8" font-weight="600">${xmlText(name)}</text><svg width="${graph.clientWidth}" height="${graph.clientHeight}">`,
  ];
  const zoom = cy.zoom();
  const inside = new Set(view.marks.inside);
  for (let k = 0; k < layer.edges.n; k++) {
    if (hidden[k]) continue;
    const [from, to] = [view.shownPlace(layer.edges.u[k]), view.shownPlace(layer.edges.v[k])];
    const ends = `x1="${from.x.toFixed(1)}" y1="${from.y.toFixed(1)}" x2="${to.x.toFixed(1)}" y2="${to.y.toFixed(1)}"`;
    const width = zoom * (inside.has(k) ? 2.5 : edgeWidth(layer, k));
    parts.push(
      `<line ${ends} stroke="${inside.has(k) ? colours.accent : colours.edge}" stroke-width="${width.toFixed(2)}"/>`,
    );
  }
  const chosenLast = cy.nodes().sort((a, b) => a.hasClass("chosen") - b.hasClass("chosen"));
  chosenLast.forEach((node) => {
    const { x, y } = node.renderedPosition();
    const radius = (zoom * node.data("diameter")) / 2;
    const [chosen, traced] = [node.hasClass("chosen"), node.hasClass("traced")];
    const place = `cx="${x.toFixed(1)}" cy="${y.toFixed(1)}"`;
    const glow = node.data("glow");
    const ring = zoom * (0.5 + 3.5 * glow);
    const faded =
      chosen || !(traced || node.hasClass("dimmed"))
        ? ""
        : ` opacity="${traced ? (0.35 + 0.65 * glow).toFixed(2) : 0.16}"`;
    if (traced)
      parts.push(
        `<circle ${place} r="${(radius + zoom + ring / 2).toFixed(1)}" fill="none" stroke="${colours.trace}" stroke-width="${ring.toFixed(1)}"${faded}/>`,
      );
    parts.push(
      `<circle ${place} r="${radius.toFixed(1)}" fill="${node.data("colour")}" stroke="${chosen ? colours.accent : colours.rim}" stroke-width="${chosen ? 3 : 0.75}"${faded}/>`,
    );
  });
  parts.push("</svg>");
  return parts.join("");
}

function svgLegend(app, colours, top, right) {
  const { color } = app.store.get();
  const values = nodeValues(app, app.activeLayer(), color);
  const title = `<text x="20" y="${top}" fill="${colours.faint}">${xmlText(app.colourLabel(color))}</text>`;
  if (values.kind === "number") {
    const scales = app.views
      .map(({ layer }) => `${layer.name}: ${nodeValues(app, layer, color).domain.map(short).join(" to ")}`)
      .join("; ");
    const stops = VIRIDIS.map(
      (stop, i) => `<stop offset="${i / (VIRIDIS.length - 1)}" stop-color="${hex(...stop)}"/>`,
    ).join("");
    return {
      height: 44,
      text: `${title}<defs><linearGradient id="scale">${stops}</linearGradient></defs><rect x="20" y="${top + 8}" width="140" height="10" fill="url(#scale)"/><text x="170" y="${top + 17}">${xmlText(scales)}</text>`,
    };
  }
  let [x, y] = [20, top + 20];
  const keys = (values.categories ?? componentNames(values.values)).slice(0, 40).map((name, i) => {
    const wide = 30 + 7 * String(name).length;
    if (x + wide > right) [x, y] = [20, y + 18];
    const key = `<rect x="${x}" y="${y - 10}" width="11" height="11" rx="2" fill="${categoryColour(i)}"/><text x="${x + 16}" y="${y}">${xmlText(name)}</text>`;
    x += wide;
    return key;
  });
  return { height: y - top + 24, text: title + keys.join("") };
}
