// Colour scales that colour-blind readers can tell apart.

// Eight colours of Okabe and Ito (2008; black as grey), then of Tol's muted scheme (2021): known safe, most different first.
const CATEGORY_COLOURS = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#d55e00",
  "#f0e442",
  "#8a8f98",
  "#882255",
  "#999933",
  "#332288",
  "#44aa99",
  "#cc6677",
  "#117733",
  "#ddcc77",
  "#aa4499",
];

// Viridis at nine even steps (Smith and van der Walt, 2015): equal steps of value look equal, also in grey.
const VIRIDIS = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];

const UNKNOWN_COLOUR = "#b4b8bf";

function hex(red, green, blue) {
  return "#" + [red, green, blue].map((part) => Math.round(part).toString(16).padStart(2, "0")).join("");
}

// Beyond sixteen no palette keeps all apart: hues a golden angle apart in two lightnesses at least differ from their neighbours in the list.
function categoryColour(i) {
  if (i < 0) return UNKNOWN_COLOUR;
  if (i < CATEGORY_COLOURS.length) return CATEGORY_COLOURS[i];
  const hue = (i * 137.508) % 360;
  const lightness = i % 2 ? 0.42 : 0.62;
  const reach = 0.55 * Math.min(lightness, 1 - lightness);
  const part = (n) => {
    const k = (n + hue / 30) % 12;
    return 255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return hex(part(0), part(8), part(4));
}

function scaleColour(share) {
  if (Number.isNaN(share)) return UNKNOWN_COLOUR;
  const at = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const below = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const [from, to] = [VIRIDIS[below], VIRIDIS[below + 1]];
  return hex(...from.map((part, i) => part + (at - below) * (to[i] - part)));
}

function scaleGradient() {
  return `linear-gradient(to right, ${VIRIDIS.map((colour) => hex(...colour)).join(", ")})`;
}

// A function from a node, or a value, to its colour, for what nodeValues returned.
function valueColour(values) {
  if (values.kind === "category") return (value) => categoryColour(value);
  const [low, high] = values.domain;
  return (value) => scaleColour(high > low ? (value - low) / (high - low) : value === value ? 0.5 : NaN);
}
