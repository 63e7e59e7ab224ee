// What a selection, its trace and the class filter do to a graph: which nodes and edges carry which of cytoscape's classes.

const MARKS = ["chosen", "named", "inside", "traced", "dimmed"];

const MOST_NAMED = 40; // more numbers than that hide the graph

function noMarks() {
  return { classes: new Map(), shares: null, inside: [] };
}

// Classes by id of an element. `shares` is null in the layer of the selection, and without tracing.
function selectionMarks(view, chosen, shares, filtered) {
  const classes = new Map();
  const add = (id, name) => (classes.has(id) ? classes.get(id).push(name) : classes.set(id, [name]));
  for (const node of chosen) {
    add(`n${node}`, "chosen");
    if (chosen.length <= MOST_NAMED) add(`n${node}`, "named");
  }
  const inside = insideEdges(view.layer, chosen, view.hidden);
  for (const k of view.large ? [] : inside) add(`e${k}`, "inside");
  for (const node of shares ? nodesAbove(shares, 0) : []) add(`n${node}`, "traced");
  for (const node of dimmedNodes(view.layer, filtered, chosen, shares)) add(`n${node}`, "dimmed");
  return { classes, shares, inside };
}

// Elements that are marked neither before nor after are not touched.
function applyMarks(cy, before, { classes, shares }) {
  // Rings are as wide as can be around the best node, however small its share.
  const most = shares ? shares.reduce((a, b) => Math.max(a, b), 1e-9) : 1;
  cy.batch(() => {
    for (const id of before.classes.keys()) if (!classes.has(id)) cy.getElementById(id).removeClass(MARKS.join(" "));
    for (const [id, names] of classes) {
      const element = cy.getElementById(id);
      for (const name of MARKS) element.toggleClass(name, names.includes(name));
      const share = names.includes("traced") ? shares[element.data("node")] : 0;
      if (share > 0) element.data({ traced: share, glow: share / most });
    }
    if ((before.shares === null) !== (shares === null)) cy.edges().toggleClass("faint", shares !== null);
  });
}

// Nodes that step back: without a member of the classes filtered for, or, while another layer's selection is traced,
// without a trace of it.
function dimmedNodes(layer, classes, chosen, shares) {
  const kept = new Set(chosen);
  const dimmed = [];
  for (let i = 0; i < layer.nodes.n; i++) {
    const wanted = classes.length === 0 || classes.some((k) => layer.classCounts[i][k] > 0);
    if (!kept.has(i) && (!wanted || (shares && shares[i] === 0))) dimmed.push(i);
  }
  return dimmed;
}
