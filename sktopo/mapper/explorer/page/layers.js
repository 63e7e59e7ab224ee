// The layers side by side: in as few rows as their least width allows, of as even lengths as can be.

const LEAST_LAYER_WIDTH = 205;

function makeLayers(app, views) {
  const element = make("div", { class: "layers" }, ...views.map((view) => view.element));
  function arrange() {
    const most = Math.max(1, Math.floor(element.clientWidth / LEAST_LAYER_WIDTH));
    const rows = Math.ceil(views.length / most);
    element.style.setProperty("--across", Math.ceil(views.length / rows));
  }
  const observer = new ResizeObserver(arrange);
  observer.observe(element);
  app.onDestroy(() => observer.disconnect());
  return { element, arrange };
}
