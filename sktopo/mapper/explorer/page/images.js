// Sprite sheets: one picture that holds many inputs' images in a grid, of which tiles are copied onto small canvases.

function makeSheets(source) {
  const pictures = source.sheets.map((uri) => {
    const picture = new Image();
    picture.src = uri;
    return picture;
  });
  const [width, height] = source.tile;
  const perSheet = source.columns * source.rows;

  // Number of an input's tile, -1 where the page holds none: `shown` rises, so a binary search finds it.
  function tileOf(input) {
    if (!source.shown) return input < perSheet * pictures.length ? input : -1;
    let [low, high] = [0, source.shown.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (source.shown[middle] < input) low = middle + 1;
      else high = middle;
    }
    return source.shown[low] === input ? low : -1;
  }

  function draw(context, tile) {
    const place = tile % perSheet;
    const [left, top] = [(place % source.columns) * width, Math.floor(place / source.columns) * height];
    context.drawImage(pictures[Math.floor(tile / perSheet)], left, top, width, height, 0, 0, width, height);
  }

  const loaded = Promise.all(pictures.map((picture) => picture.decode()));
  return { width, height, tileOf, draw, loaded };
}

// Up to 48 images of the members, evenly spread over them: the first ones are often of one class.
function drawMemberImages(app, sheets, inputs, onpick) {
  const having = Array.from(inputs).filter((input) => sheets.tileOf(input) >= 0);
  const step = Math.max(1, having.length / 48);
  const tiles = [];
  for (let i = 0; i < having.length && tiles.length < 48; i++) {
    const input = having[Math.floor(i * step)];
    if (input === undefined) break;
    const canvas = make("canvas", { width: sheets.width, height: sheets.height, "aria-hidden": "true" });
    sheets.draw(canvas.getContext("2d"), sheets.tileOf(input));
    const label = inputLabel(app, input);
    tiles.push(make("button", { type: "button", class: "tile", title: `${label}: show the nodes that hold it`, "aria-label": label, onclick: () => onpick(input) }, canvas));
  }
  return { tiles, having: having.length };
}

// Mean of the nodes' mean images, each counted by its members.
function drawMeanImage(sheets, layer, nodes) {
  const { width, height } = sheets;
  const canvas = make("canvas", { width, height, role: "img", "aria-label": "Mean image of the chosen nodes' members" });
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
