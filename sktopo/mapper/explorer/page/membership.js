// Sets of points and inputs. All are read off flags in a Uint8Array, one per point or input: a union of sixty nodes of
// thousands of members each is a few hundred thousand writes, far below what an eye notices.

function inputOfPoint(layer, point) {
  return layer.pointInput ? layer.pointInput[point] : point;
}

function flaggedPlaces(flags, n) {
  const places = new Uint32Array(n);
  let at = 0;
  for (let i = 0; i < flags.length; i++) if (flags[i]) places[at++] = i;
  return places;
}

// Points of which at least `times` of the nodes are made, rising: 1 is the union, the number of nodes the intersection.
function pointsOfNodes(layer, nodes, times = 1) {
  const { offsets, items } = layer.members;
  const counts = new Uint16Array(layer.nPoints);
  let n = 0;
  for (const node of nodes) {
    for (let i = offsets[node]; i < offsets[node + 1]; i++) if (++counts[items[i]] === times) n++;
  }
  if (times > 1) for (let i = 0; i < counts.length; i++) counts[i] = counts[i] >= times ? 1 : 0;
  return flaggedPlaces(counts, n);
}

// Inputs that the points come from, as flags and in rising order.
function inputsOfPoints(layer, points) {
  const flags = new Uint8Array(layer.nInputs);
  let n = 0;
  for (let i = 0; i < points.length; i++) {
    const input = inputOfPoint(layer, points[i]);
    n += 1 - flags[input];
    flags[input] = 1;
  }
  return { flags, inputs: flaggedPlaces(flags, n) };
}

// The trace of a set of inputs in a layer: of every node, the share of its inputs that are among them. An input with
// several points in a node counts once: `seen` holds the last node that the input was met in.
function sharesOfNodes(layer, inputFlags) {
  const { offsets, items } = layer.members;
  const shares = new Float32Array(layer.nodes.n);
  const seen = new Int32Array(layer.nInputs).fill(-1);
  for (let node = 0; node < shares.length; node++) {
    let [hits, all] = [0, 0];
    for (let i = offsets[node]; i < offsets[node + 1]; i++) {
      const input = inputOfPoint(layer, items[i]);
      if (seen[input] === node) continue;
      seen[input] = node;
      hits += inputFlags[input];
      all++;
    }
    shares[node] = hits / Math.max(1, all);
  }
  return shares;
}

function nodesWithInput(layer, input) {
  const flags = new Uint8Array(layer.nInputs);
  flags[input] = 1;
  return nodesAbove(sharesOfNodes(layer, flags), 0);
}

function nodesAbove(shares, least) {
  const found = [];
  shares.forEach((share, node) => {
    if (share > least) found.push(node);
  });
  return found;
}

// The points of each input, end to end: those of input i are points[offsets[i]] up to points[offsets[i + 1]].
function pointsByInput(layer, points) {
  const offsets = new Uint32Array(layer.nInputs + 1);
  for (const point of points) offsets[inputOfPoint(layer, point) + 1]++;
  for (let i = 0; i < layer.nInputs; i++) offsets[i + 1] += offsets[i];
  const next = offsets.slice();
  const sorted = new Uint32Array(points.length);
  for (const point of points) sorted[next[inputOfPoint(layer, point)]++] = point;
  return { offsets, points: sorted };
}

function membersOf(layer, node) {
  const { offsets, items } = layer.members;
  return items.subarray(offsets[node], offsets[node + 1]);
}

function countByNode(layer, labelOf, nLabels) {
  return Array.from({ length: layer.nodes.n }, (_, node) =>
    countLabels(layer, membersOf(layer, node), labelOf, nLabels),
  );
}

// Points of each label; the last entry counts those of unknown label.
function countLabels(layer, points, labelOf, nLabels) {
  const counts = new Uint32Array(nLabels + 1);
  for (let i = 0; i < points.length; i++) {
    const label = labelOf[inputOfPoint(layer, points[i])];
    counts[label < 0 ? nLabels : label]++;
  }
  return counts;
}
