// Making elements. Data reaches the page through textContent and attributes alone, so that no label is ever read as HTML.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(
    ...children
      .filter((child) => child !== null)
      .map((child) => (child instanceof Node ? child : document.createTextNode(String(child)))),
  );
  return element;
}

// Drawings of 16 by 16 in lines, of our own; they take the colour of the text around them.
const ICONS = {
  node: "M8 4.2a3.8 3.8 0 1 0 .01 0z",
  edge: "M3.5 10.5a2 2 0 1 0 .01 0zM12.5 1.5a2 2 0 1 0 .01 0zM5 11 11 5",
  path: "M2.8 11.5a1.6 1.6 0 1 0 .01 0zM13.2 1.3a1.6 1.6 0 1 0 .01 0zM4.3 12.2 7 7.5 10 9 12.4 4.2",
  loop: "M8 2.2a5.8 5.8 0 1 0 .01 0zM8 .8v2.8M2.2 8H.8M15.2 8h-2.8M8 12.4v2.8",
  component:
    "M4 2.5a1.6 1.6 0 1 0 .01 0zM12 3.5a1.6 1.6 0 1 0 .01 0zM7 10.5a1.6 1.6 0 1 0 .01 0zM5.6 4.3l4.8.6M4.7 5.6l1.8 5M8.1 10.8l3.1-4.3",
  lasso:
    "M8 2c3.6 0 6.2 1.7 6.2 4.1S11.6 10.3 8 10.3 1.8 8.6 1.8 6.1 4.4 2 8 2zM4.5 9.5c-1.5.7-1.6 2.3-.2 2.5 1.8.3 1.4 2.1.3 2.6",
  trace: "M1.5 8h3M11.5 8h3M4.5 8c2.5 0 3-4.5 7-4.5M4.5 8h7M4.5 8c2.5 0 3 4.5 7 4.5",
  theme: "M8 1.8a6.2 6.2 0 1 0 .01 0zM8 2v12M8 4.5l5 0M8 8h6M8 11.5h5",
  help: "M5.5 6c0-3.6 5.2-3.4 5.2-.3 0 2.2-2.6 2.2-2.6 4.3M8.1 13v.3",
  fit: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
  enlarge: "M9.5 2H14v4.5M14 2 9 7M6.5 14H2V9.5M2 14l5-5",
  download: "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
  close: "M4 4l8 8M12 4l-8 8",
  search: "M6.8 2.5a4.3 4.3 0 1 0 .01 0zM10 10l4 4",
  print: "M4.5 6V2h7v4M4.5 12H2V6.5h12V12h-2.5M4.5 10h7v4h-7z",
};

function icon(name) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 16 16");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", ICONS[name]);
  drawing.append(line);
  return drawing;
}

function button(label, attributes, iconName = null) {
  return make("button", { type: "button", ...attributes }, iconName && icon(iconName), make("span", {}, label));
}

function choice(label, role, options, onchange) {
  const select = make(
    "select",
    { "data-role": role, onchange: () => onchange(select.value) },
    ...groupedOptions(options),
  );
  return { element: make("label", { class: "field" }, make("span", {}, label), select), select };
}

function groupedOptions(options) {
  const groups = new Map();
  const top = [];
  for (const { key, label, group } of options) {
    const option = make("option", { value: key }, label);
    if (!group) top.push(option);
    else if (groups.has(group)) groups.get(group).append(option);
    else {
      groups.set(group, make("optgroup", { label: group }, option));
      top.push(groups.get(group));
    }
  }
  return top;
}

const THOUSANDS = new Intl.NumberFormat("en");

function count(n, one, many = one + "s") {
  return `${THOUSANDS.format(n)} ${n === 1 ? one : many}`;
}

function short(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (Number.isInteger(value)) return THOUSANDS.format(value);
  return Math.abs(value) >= 1000 || Math.abs(value) < 0.001 ? value.toExponential(2) : String(+value.toPrecision(3));
}

function percent(share) {
  if (share > 0 && share < 0.001) return "< 0.1 %";
  return `${share >= 0.1 || share === 0 ? Math.round(100 * share) : (100 * share).toFixed(1)} %`;
}
