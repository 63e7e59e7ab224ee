// Which edges the sliders leave, and what follows for walking along them.

function edgeFilter(layer, state) {
  const { n, jaccard, intersection, support } = layer.edges;
  const hidden = new Uint8Array(n);
  const counts = { visible: 0, unsupported: 0, jaccard: 0, intersection: 0 };
  for (let k = 0; k < n; k++) {
    const unsupported = support !== null && support[k] < state.support;
    const apart = jaccard[k] < state.jaccard;
    const few = intersection[k] < state.intersection;
    hidden[k] = unsupported || apart || few ? 1 : 0;
    counts.visible += 1 - hidden[k];
    if (unsupported) counts.unsupported++;
    else if (apart) counts.jaccard++;
    else if (few) counts.intersection++;
  }
  return { hidden, counts };
}

// Every hidden edge is counted once, under the first reason that hides it.
function edgeCountText(counts, total, state) {
  const reasons = [];
  if (counts.unsupported) reasons.push(`${THOUSANDS.format(counts.unsupported)} hidden for support < ${state.support}`);
  if (counts.jaccard) reasons.push(`${THOUSANDS.format(counts.jaccard)} for Jaccard < ${state.jaccard}`);
  if (counts.intersection)
    reasons.push(`${THOUSANDS.format(counts.intersection)} for fewer than ${state.intersection} in common`);
  return [`${THOUSANDS.format(counts.visible)} of ${count(total, "edge")}`, ...reasons].join("; ");
}

function* visibleNeighbours(layer, hidden, from) {
  const { offsets, node, edge } = layer.neighbours;
  for (let i = offsets[from]; i < offsets[from + 1]; i++) if (!hidden[edge[i]]) yield [node[i], edge[i]];
}

function insideEdges(layer, nodes, hidden) {
  const inside = new Set(nodes);
  const found = [];
  for (const from of nodes)
    for (const [to, k] of visibleNeighbours(layer, hidden, from)) if (from < to && inside.has(to)) found.push(k);
  return found;
}

function edgeBetween(layer, u, v) {
  const { offsets, node, edge } = layer.neighbours;
  for (let i = offsets[u]; i < offsets[u + 1]; i++) if (node[i] === v) return edge[i];
  return -1;
}

function componentOf(layer, hidden, start) {
  const seen = new Set([start]);
  for (const from of seen) for (const [to] of visibleNeighbours(layer, hidden, from)) seen.add(to); // a Set grows while it is walked
  return [...seen];
}

// Dijkstra with 1 - jaccard as an edge's length: the way through the nodes that share most. Finding the nearest node by
// looking at all makes it quadratic, 30 ms for 5,000 nodes: a heap would be longer than the whole search.
function shortestPath(layer, hidden, from, to) {
  const length = new Float64Array(layer.nodes.n).fill(Infinity);
  const before = new Int32Array(layer.nodes.n).fill(-1);
  const done = new Uint8Array(layer.nodes.n);
  length[from] = 0;
  for (;;) {
    let nearest = -1;
    for (let i = 0; i < length.length; i++)
      if (!done[i] && length[i] < (nearest < 0 ? Infinity : length[nearest])) nearest = i;
    if (nearest < 0) return null;
    if (nearest === to) break;
    done[nearest] = 1;
    for (const [next, k] of visibleNeighbours(layer, hidden, nearest)) {
      const through = length[nearest] + 1 - layer.edges.jaccard[k];
      if (through < length[next]) {
        length[next] = through;
        before[next] = nearest;
      }
    }
  }
  const path = [to];
  while (path[0] !== from) path.unshift(before[path[0]]);
  return path;
}
