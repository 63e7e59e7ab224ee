// Sprite sheets: one picture that holds many inputs' images in a grid, of which tiles are copied onto small canvases.

function makeSheets(source) {
  const pictures = source.sheets.map((uri) => {
    const picture = new Image();
    picture.src = uri;
    return picture;
  });
  const [width, height] = source.tile;
  const perSheet = source.columns * source.rows;

  function draw(context, tile) {
    const place = tile % perSheet;
    const [left, top] = [(place % source.columns) * width, Math.floor(place / source.columns) * height];
    context.drawImage(pictures[Math.floor(tile / perSheet)], left, top, width, height, 0, 0, width, height);
  }

  const loaded = Promise.all(pictures.map((picture) => picture.decode()));
  // The number of an input's tile, and those of some inputs that have one: the fewer are looked up among the more.
  const tileOf = (input) => (source.shown ? placeIn(source.shown, input) : input);
  const having = (inputs) => (source.shown ? source.shown.filter((input) => placeIn(inputs, input) >= 0) : inputs);
  return { width, height, tileOf, having, draw, loaded };
}

// Binary search in rising numbers; -1 for what is not there.
function placeIn(rising, wanted) {
  let [low, high] = [0, rising.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return rising[low] === wanted ? low : -1;
}

// Up to 48 images of the members, evenly spread over them: the first ones are often of one class.
function drawMemberImages(app, sheets, inputs, onpick) {
  const having = sheets.having(inputs);
  const tiles = Array.from({ length: Math.min(48, having.length) }, (_, i) => {
    const input = having[Math.floor((i * having.length) / Math.min(48, having.length))];
    const canvas = make("canvas", { width: sheets.width, height: sheets.height, "aria-hidden": "true" });
    sheets.draw(canvas.getContext("2d"), sheets.tileOf(input));
    const label = inputLabel(app, input);
    return make(
      "button",
      {
        type: "button",
        class: "tile",
        "data-input": input,
        title: `${label}: show the nodes that hold it`,
        "aria-label": label,
        onclick: () => onpick(input),
      },
      canvas,
    );
  });
  return { tiles, having: having.length };
}

// Mean of the nodes' mean images, each counted by its members.
function drawMeanImage(sheets, layer, nodes) {
  const { width, height } = sheets;
  const canvas = make("canvas", {
    width,
    height,
    role: "img",
    "aria-label": "Mean image of the chosen nodes' members",
  });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const sums = new Float64Array(4 * width * height);
  let weight = 0;
  for (const node of nodes) {
    context.clearRect(0, 0, width, height);
    sheets.draw(context, node);
    const pixels = context.getImageData(0, 0, width, height).data;
    const size = layer.nodes.size[node];
    weight += size;
    for (let i = 0; i < sums.length; i++) sums[i] += size * pixels[i];
  }
  const mean = context.createImageData(width, height);
  for (let i = 0; i < sums.length; i++) mean.data[i] = sums[i] / weight;
  context.putImageData(mean, 0, 0);
  return canvas;
}

function inputLabel(app, input) {
  const { names, classes, classOf } = app.model.inputs;
  const name = names ? names[input] : `Input ${input}`;
  return classOf ? `${name}, ${classOf[input] < 0 ? "class unknown" : classes[classOf[input]]}` : name;
}
