// How cytoscape draws a graph, in the colours that the style sheet has for the theme.

// Above so many nodes and edges a graph is drawn with less: no arrows of thought are lost, and dragging stays smooth.
const LARGE_GRAPH = 3000;

function themeColours(root) {
  const style = getComputedStyle(root);
  const named = (name) => style.getPropertyValue(`--${name}`).trim();
  return { paper: named("paper"), ink: named("ink"), faint: named("faint"), edge: named("edge"), rim: named("rim"), accent: named("accent"), trace: named("trace") };
}

function graphStyle(colours) {
  return [
    { selector: "node", style: {
      "background-color": "data(colour)", width: "data(diameter)", height: "data(diameter)",
      "border-width": 0.75, "border-color": colours.rim, "overlay-opacity": 0, "z-index": 1, events: "yes",
    } },
    { selector: "node[?noise]", style: { shape: "diamond" } },
    { selector: "edge", style: {
      "curve-style": "haystack", "haystack-radius": 0, width: "data(width)", "line-color": colours.edge, "overlay-opacity": 0,
    } },
    { selector: "edge.weak", style: { "line-style": "dashed" } },
    { selector: "edge.inside", style: { "line-color": colours.accent, width: 2.5, "z-index": 3 } },
    { selector: ".dimmed", style: { opacity: 0.16 } },
    { selector: "node.traced", style: { "outline-color": colours.trace, "outline-width": "mapData(traced, 0, 1, 1, 6)", "outline-opacity": "mapData(traced, 0, 1, 0.35, 1)", "z-index": 2, opacity: 1 } },
    { selector: "node.chosen", style: { "border-color": colours.accent, "border-width": 3, "z-index": 5, opacity: 1 } },
    { selector: "node.named", style: {
      label: "data(node)", "font-size": 11, "font-weight": 600, color: colours.ink, "text-outline-color": colours.paper, "text-outline-width": 2.5,
      "text-valign": "top", "text-margin-y": -3, "min-zoomed-font-size": 7,
    } },
    { selector: "node.hovered", style: { "border-color": colours.ink, "border-width": 2 } },
    { selector: "node.cursor", style: { "outline-color": colours.ink, "outline-width": 2, "outline-offset": 4, "outline-opacity": 1, "outline-style": "dashed", "z-index": 6 } },
    { selector: ".hidden", style: { display: "none" } },
  ];
}

// Places in pixels for a panel of that width and height. The unit square is stretched towards the panel's form, but not
// out of shape, so that one unit of the drawing is about one pixel of a panel and strokes have their true widths.
function placeNodes(nodes, width, height) {
  const form = Math.min(1.5, Math.max(1 / 1.5, width / height));
  const wide = Math.min(width, height * form);
  const high = Math.min(height, width / form);
  return { wide, high, xy: (i) => ({ x: nodes.x[i] * wide, y: nodes.y[i] * high }) };
}

// Areas grow with the value, from a dot that can still be hit; the largest discs just fill a grid of as many nodes.
function nodeDiameters(values, nNodes, area) {
  const largest = Math.min(42, Math.max(5, 0.85 * Math.sqrt(area / Math.max(1, nNodes))));
  const smallest = Math.min(largest, Math.max(3, 0.3 * largest));
  const [low, high] = [Math.min(0, values.domain[0]), values.domain[1]];
  return (value) => {
    const share = high > low && value === value ? (value - low) / (high - low) : 0;
    return smallest + (largest - smallest) * Math.sqrt(Math.max(0, share));
  };
}
