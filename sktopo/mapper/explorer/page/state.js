// What the reader has chosen, in one flat object that the URL hash can hold: a link to the page shows what its sender saw.

const MODES = ["node", "edge", "path", "loop", "component", "lasso"];

function firstState(model) {
  const setting = model.settings[0];
  return {
    setting: setting.name,
    layer: setting.layerNames[0],
    nodes: [],
    color: model.inputs.classes ? "class" : "lens:0",
    size: "size",
    jaccard: 0,
    intersection: 0,
    support: model.minSupport,
    classes: [],
    mode: "node",
    trace: true,
    theme: "",
    projection: "",
    solo: false,
  };
}

function sameValue(a, b) {
  return Array.isArray(a) ? a.length === b.length && a.every((each, i) => each === b[i]) : a === b;
}

// `how` tells the hash whether a step deserves a place in the browser's history ("push") or not ("replace").
function makeStore(first) {
  let state = first;
  const listeners = [];
  function set(change, how = "push") {
    const changed = new Set(Object.keys(change).filter((key) => !sameValue(change[key], state[key])));
    if (changed.size === 0) return;
    state = { ...state, ...change };
    for (const listener of listeners) listener(state, changed, how);
  }
  return { get: () => state, set, listen: (listener) => listeners.push(listener) };
}

function writeHash(state, first) {
  const parts = [];
  for (const [key, value] of Object.entries(state)) {
    // The layer always goes with its nodes, so that a hand-made link needs no defaults; all else is left out when it is as at first.
    if (sameValue(value, first[key]) && !(key === "layer" && state.nodes.length)) continue;
    const text = Array.isArray(value) ? value.map(encodeURIComponent).join(",") : encodeURIComponent(String(value));
    parts.push(`${key}=${text}`);
  }
  return parts.join("&");
}

// Links are cut, edited and older than the page: what does not fit is taken as it was at first, without a complaint.
function readHash(hash, first, model) {
  const state = { ...first };
  for (const part of hash.replace(/^#/, "").split("&")) {
    const cut = part.indexOf("=");
    const key = part.slice(0, cut);
    if (cut < 0 || !Object.hasOwn(first, key)) continue;
    try {
      state[key] = readValue(part.slice(cut + 1), first[key]);
    } catch {
      continue; // a percent sign that is no code
    }
  }
  return checkedState(state, first, model);
}

function readValue(text, like) {
  if (Array.isArray(like)) return text === "" ? [] : text.split(",").map(decodeURIComponent);
  if (typeof like === "boolean") return text === "true" || text === "1";
  if (typeof like === "number") return Number.isFinite(Number(text)) ? Number(text) : like;
  return decodeURIComponent(text);
}

function checkedState(state, first, model) {
  const setting = model.settings.find((each) => each.name === state.setting) ?? model.settings[0];
  const layerName = setting.layerNames.includes(state.layer) ? state.layer : setting.layerNames[0];
  const layer = model.layer(setting.name, layerName);
  const layers = model.layers(setting.name);
  const known = state.layer === layerName ? state.nodes : []; // numbers of another layer's nodes mean nothing here
  const nodes = [...new Set(known.filter((node) => /^\d+$/.test(node)).map(Number))].filter(
    (node) => node < layer.nodes.n,
  );
  const coloured = colourOptions(model.inputs, layers).some((option) => option.key === state.color);
  const sized = sizeOptions(model.inputs, layers).some((option) => option.key === state.size);
  return {
    ...state,
    setting: setting.name,
    layer: layerName,
    nodes: nodes.sort((a, b) => a - b),
    classes: state.classes.filter((name) => model.inputs.classes?.includes(name)),
    color: coloured ? state.color : first.color,
    size: sized ? state.size : first.size,
    mode: MODES.includes(state.mode) ? state.mode : first.mode,
    theme: ["", "light", "dark"].includes(state.theme) ? state.theme : "",
  };
}

// Both ways between the state and location.hash. The address is written through `location`, not `history`: pages opened
// from disk may not use the latter in every browser.
function linkHash(app) {
  let written = null;
  function read() {
    const hash = location.hash.replace(/^#/, "");
    if (hash !== written) app.store.set(readHash(hash, app.first, app.model), "none");
    written = hash;
  }
  app.store.listen((state, changed, how) => {
    if (how === "none") return;
    written = writeHash(state, app.first);
    if (how === "push") location.hash = written;
    else location.replace(`#${written}`);
  });
  window.addEventListener("hashchange", read);
  app.onDestroy(() => window.removeEventListener("hashchange", read));
}
