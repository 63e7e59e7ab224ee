// How cytoscape draws a graph, in the colours that the style sheet has for the theme.

// Above so many nodes and edges a graph is large: its edges are painted on a canvas of their own, and while it is dragged
// cytoscape shows a picture of it.
const LARGE_GRAPH = 3000;

function themeColours(root) {
  const style = getComputedStyle(root);
  const named = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    paper: named("paper"),
    ink: named("ink"),
    faint: named("faint"),
    edge: named("edge"),
    rim: named("rim"),
    accent: named("accent"),
    trace: named("trace"),
  };
}

function graphStyle(colours, large) {
  return [
    { selector: "core", style: { "outside-texture-bg-opacity": 0, "active-bg-opacity": 0 } },
    {
      selector: "node",
      style: {
        "background-color": "data(colour)",
        width: "data(diameter)",
        height: "data(diameter)",
        "border-width": 0.75,
        "border-color": colours.rim,
        "overlay-opacity": 0,
        "z-index": 1,
        events: "yes",
      },
    },
    { selector: "node[?noise]", style: { shape: "diamond" } },
    {
      selector: "edge",
      style: {
        "curve-style": "haystack",
        "haystack-radius": 0,
        width: "data(width)",
        "line-color": colours.edge,
        "overlay-opacity": 0,
      },
    },
    { selector: "edge.weak", style: { "line-style": "dashed" } },
    { selector: "edge.faint", style: { opacity: 0.3 } },
    { selector: "edge.inside", style: { "line-color": colours.accent, width: 2.5, "z-index": 3 } },
    { selector: "node.hovered", style: { "border-color": colours.ink, "border-width": 2 } },
    { selector: ".dimmed", style: { opacity: 0.16 } },
    {
      selector: "node.traced",
      style: {
        "outline-color": colours.trace,
        "outline-width": "mapData(glow, 0, 1, 0.5, 4)",
        "outline-offset": 1,
        opacity: "mapData(glow, 0, 1, 0.35, 1)",
        "z-index": 2,
      },
    },
    {
      selector: "node.chosen",
      style: {
        "border-color": colours.accent,
        "border-width": large ? 1.5 : 3,
        "border-position": "outside",
        "z-index": 5,
        opacity: 1,
      },
    },
    {
      selector: "node.named",
      style: {
        label: "data(node)",
        "font-size": 11,
        "font-weight": 600,
        color: colours.ink,
        "text-outline-color": colours.paper,
        "text-outline-width": 2.5,
        "text-valign": "top",
        "text-margin-y": -3,
        "min-zoomed-font-size": 7,
      },
    },
    {
      selector: "node.cursor",
      style: {
        "outline-color": colours.ink,
        "outline-width": 2,
        "outline-offset": 4,
        "outline-opacity": 1,
        "outline-style": "dashed",
        "z-index": 6,
      },
    },
    { selector: ".hidden", style: { display: "none" } },
  ];
}

// Places in pixels for a panel of that width and height, so that one unit of the drawing is about one pixel and strokes
// have their true widths. A long graph is stretched towards the panel's form, but not out of shape.
function placeNodes(nodes, width, height) {
  const [left, right] = numbers(nodes.x).domain;
  const [top, bottom] = numbers(nodes.y).domain;
  const across = Math.max(right - left, 1e-3);
  const down = Math.max(bottom - top, 1e-3);
  const stretch = Math.min(2.4, Math.max(1 / 2.4, width / height / (across / down)));
  const scale = Math.min(width / (across * stretch), height / down);
  return Array.from(nodes.x, (x, i) => ({ x: (x - left) * scale * stretch, y: (nodes.y[i] - top) * scale }));
}

// Discs no larger than the usual distance along an edge, nor than a grid of as many nodes in the area has room for.
function largestDiameter(layer, places, area) {
  const { u, v } = layer.edges;
  const lengths = Float64Array.from(u, (from, k) =>
    Math.hypot(places[from].x - places[v[k]].x, places[from].y - places[v[k]].y),
  ).sort();
  const room = 0.8 * Math.sqrt(area / Math.max(1, layer.nodes.n));
  return Math.min(40, Math.max(5, Math.min(room, lengths.length ? 1.15 * lengths[lengths.length >> 1] : room)));
}

// Areas grow with the value, from a dot that can still be hit.
function nodeDiameters(values, largest) {
  const smallest = Math.min(largest, Math.max(3, 0.3 * largest));
  const [low, high] = [Math.min(0, values.domain[0]), values.domain[1]];
  return (value) => {
    const share = high > low && value === value ? (value - low) / (high - low) : 0;
    return smallest + (largest - smallest) * Math.sqrt(Math.max(0, share));
  };
}

// The elements of a graph for cytoscape: node i is "n" + i, edge k is "e" + k. `looks` gives a node's colour and diameter.
// Edges of a large graph are not among them: an edge canvas paints these.
function graphElements({ layer, places, hidden, large }, looks, minSupport) {
  const nodes = places.map((position, i) => ({
    group: "nodes",
    data: { id: `n${i}`, node: i, noise: layer.nodes.noise[i], traced: 0, glow: 0, ...looks(i) },
    position,
  }));
  if (large) return nodes;
  const { u, v, support } = layer.edges;
  const edges = Array.from(u, (from, k) => {
    const width = edgeWidth(layer, k);
    const weak = support && support[k] < minSupport;
    return {
      group: "edges",
      data: { id: `e${k}`, edge: k, source: `n${from}`, target: `n${v[k]}`, width },
      classes: [weak ? "weak" : "", hidden[k] ? "hidden" : ""],
    };
  });
  return [...nodes, ...edges];
}

function edgeWidth(layer, k) {
  return 0.8 + 3.2 * Math.min(1, 2 * layer.edges.jaccard[k]);
}

// Cytoscape keeps pictures of elements and copies these in every frame. That saves time where there are thousands; of
// hundreds, without a graphics card, drawing anew takes two thirds of it. The name is of the renderer of the vendored version.
function drawDirectly(cy) {
  cy.renderer().drawLayeredElements = function (context, elements) {
    for (const element of elements) this.drawElement(context, element);
  };
}
