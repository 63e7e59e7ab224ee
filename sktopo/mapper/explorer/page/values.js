// What nodes can be coloured and sized by: of each choice a value per node, a number or the number of a category.

function colourOptions(inputs, layers) {
  const ofClasses = inputs.classOf
    ? [
        { key: "class", label: "largest class" },
        { key: "filtered", label: "share of filtered classes" },
      ]
    : [];
  return [
    ...ofClasses,
    { key: "size", label: "members" },
    ...numberOptions(layers),
    { key: "component", label: "component" },
    ...columnOptions(inputs),
  ];
}

function sizeOptions(inputs, layers) {
  const columns = columnOptions(inputs).filter(({ kind }) => kind === "number");
  return [
    { key: "size", label: "members" },
    { key: "same", label: "all the same" },
    ...numberOptions(layers),
    ...columns,
  ];
}

// What any of the layers has: they need not have been made alike.
function numberOptions(layers) {
  const options = new Map(layers.flatMap(layerOptions).map((option) => [option.key, option]));
  return [...options.values()];
}

function layerOptions(layer) {
  const options = [{ key: "degree", label: "edges of the node" }];
  layer.lensNames.forEach((name, i) => options.push({ key: `lens:${i}`, label: name, group: "lens" }));
  const purities = {
    majority: "share of the largest class",
    entropy: "1 − entropy of the classes",
    presence: "1 / classes present",
  };
  for (const [key, label] of Object.entries(purities)) {
    if (layer.nodes.purity?.[key]) options.push({ key: `purity:${key}`, label, group: "purity" });
  }
  if (layer.nodes.target_mean) options.push({ key: "target", label: "mean of the target" });
  return options;
}

function columnOptions(inputs) {
  return inputs.columns.map((column) => ({
    key: `column:${column.name}`,
    label: column.name,
    kind: column.kind,
    group: "columns",
  }));
}

// {kind: "number", values, domain} or {kind: "category", values, categories}. Kept per layer, for columns cost a walk
// through all members; only what depends on the class filter is worked out anew.
function nodeValues(app, layer, key) {
  if (key === "filtered") return filteredShares(app, layer);
  if (!layer.valuesOf.has(key)) layer.valuesOf.set(key, workOutValues(app.model, layer, key));
  return layer.valuesOf.get(key);
}

function workOutValues(model, layer, key) {
  const { nodes } = layer;
  const absent = nodes.size.map(() => NaN); // another layer may have what this one lacks
  const [what, which] = [key.split(":")[0], key.slice(key.indexOf(":") + 1)];
  switch (what) {
    case "class":
      return { kind: "category", categories: model.inputs.classes, values: layer.classCounts.map(mostFrequent) };
    case "component":
      return { kind: "category", categories: null, values: nodes.component };
    case "size":
      return numbers(nodes.size);
    case "same":
      return numbers(nodes.size.map(() => 1));
    case "degree":
      return numbers(nodes.size.map((_, i) => layer.neighbours.offsets[i + 1] - layer.neighbours.offsets[i]));
    case "lens":
      return numbers(nodes.lens[Number(which)] ?? absent);
    case "purity":
      return { ...numbers(nodes.purity?.[which] ?? absent), domain: [0, 1] };
    case "target":
      return numbers(nodes.target_mean ?? absent);
    default:
      return columnValues(
        layer,
        model.inputs.columns.find((column) => column.name === which),
      );
  }
}

function numbers(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return {
    kind: "number",
    values: Array.from(values, (value) => value ?? NaN),
    domain: low <= high ? [low, high] : [0, 1],
  };
}

// The number of the most frequent label, -1 if all members are of unknown label, whose count stands last.
function mostFrequent(counts) {
  let best = -1;
  for (let i = 0; i + 1 < counts.length; i++) if (counts[i] > (best < 0 ? 0 : counts[best])) best = i;
  return best;
}

function columnValues(layer, column) {
  if (column.kind === "category") {
    return {
      kind: "category",
      categories: column.categories,
      values: countByNode(layer, column.values, column.categories.length).map(mostFrequent),
    };
  }
  return numbers(
    layer.nodes.size.map((_, node) => {
      const points = membersOf(layer, node);
      let [sum, known] = [0, 0];
      for (let i = 0; i < points.length; i++) {
        const value = column.values[inputOfPoint(layer, points[i])];
        if (value === value) {
          // a missing value is NaN, the one number that differs from itself
          sum += value;
          known++;
        }
      }
      return known ? sum / known : NaN;
    }),
  );
}

function filteredShares(app, layer) {
  const chosen = app.filteredClasses();
  const values = layer.classCounts.map(
    (counts, i) => chosen.reduce((sum, k) => sum + counts[k], 0) / Math.max(1, layer.nodes.size[i]),
  );
  return { kind: "number", values, domain: [0, 1] };
}
