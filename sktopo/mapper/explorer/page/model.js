// The payload as the page works with it: membership and inputs in typed arrays, each layer decoded when it is first shown.

function makeModel(data) {
  const inputs = readInputs(data.inputs);
  const decoded = new Map();
  const settings = data.settings.map((setting) => ({
    name: setting.name,
    stats: setting.stats ?? {},
    layerNames: setting.layers.map((layer) => layer.name),
  }));
  function layer(settingName, layerName) {
    const key = JSON.stringify([settingName, layerName]);
    if (!decoded.has(key)) {
      const setting = data.settings.find((each) => each.name === settingName);
      decoded.set(
        key,
        readLayer(
          setting.layers.find((each) => each.name === layerName),
          inputs,
        ),
      );
    }
    return decoded.get(key);
  }
  const layers = (settingName) =>
    settings.find(({ name }) => name === settingName).layerNames.map((name) => layer(settingName, name));
  return { title: data.title, minSupport: data.min_support, inputs, settings, layer, layers };
}

function readInputs(raw) {
  return {
    n: raw.n,
    names: raw.names,
    texts: raw.texts,
    classes: raw.classes,
    classOf: unpackLabels(raw.class_of, raw.classes),
    columns: raw.columns.map((column) => ({
      ...column,
      values: column.kind === "category" ? unpackLabels(column.values, column.categories) : unpack(column.values),
    })),
    images: readSheets(raw.images),
  };
}

// Numbers of labels. Whatever is not the number of a label (all ones, by the contract) becomes -1: unknown.
function unpackLabels(packed, labels) {
  const values = unpack(packed);
  return values && Int32Array.from(values, (value) => (value < labels.length ? value : -1));
}

function readSheets(raw) {
  return raw ? { ...raw, shown: unpack(raw.shown) } : null;
}

function readLayer(raw, inputs) {
  const nodes = raw.nodes;
  const members = unpackRows(nodes.members);
  const edges = { ...raw.edges, n: raw.edges.u.length };
  const layer = {
    name: raw.name,
    nPoints: raw.n_points,
    coverage: raw.coverage,
    noiseShare: raw.noise_share,
    lensNames: raw.lens_names,
    nodes: { ...nodes, meanImages: readSheets(nodes.mean_images) },
    members,
    edges,
    neighbours: readNeighbours(nodes.n, edges),
    pointInput: unpack(raw.point_input),
    pointPosition: unpack(raw.point_position),
    features: raw.features ?? [],
    nFeatures: raw.n_features ?? {}, // of each kind, those that are not listed included
    nulls: raw.nulls,
    projections: (raw.projections ?? []).map((each) => ({
      name: each.name,
      points: unpack(each.points),
      x: unpack(each.x),
      y: unpack(each.y),
    })),
    valuesOf: new Map(), // what nodeValues has computed, by the name of the colouring
    nInputs: inputs.n,
  };
  // Counted here, not read: the graph's own classes may be other ones than those of the inputs.
  layer.classCounts = inputs.classOf && countByNode(layer, inputs.classOf, inputs.classes.length);
  return layer;
}

// For every node its edges, end to end: those of node i are edge[offsets[i]] up to edge[offsets[i + 1]], with the node
// at the other end in `node`.
function readNeighbours(nNodes, edges) {
  const offsets = new Uint32Array(nNodes + 1);
  for (let k = 0; k < edges.n; k++) {
    offsets[edges.u[k] + 1]++;
    offsets[edges.v[k] + 1]++;
  }
  for (let i = 0; i < nNodes; i++) offsets[i + 1] += offsets[i];
  const next = offsets.slice();
  const node = new Uint32Array(2 * edges.n);
  const edge = new Uint32Array(2 * edges.n);
  for (let k = 0; k < edges.n; k++) {
    for (const [from, to] of [
      [edges.u[k], edges.v[k]],
      [edges.v[k], edges.u[k]],
    ]) {
      node[next[from]] = to;
      edge[next[from]++] = k;
    }
  }
  return { offsets, node, edge };
}
