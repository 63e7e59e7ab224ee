"""Pictures of the explorer for its guide page, of a network of handwritten digits, made in chromium.

Run it after the page has changed: ``python docs/make_screenshots.py`` (needs playwright and a chromium).
"""

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from sktopo import ActivationExtractor, Mapper, explore  # noqa: E402
from sktopo.datasets import load_digits_images, make_ccff, train_network  # noqa: E402
from tests.browser import chromium  # noqa: E402
from tests.browser.driver import Explorer  # noqa: E402

STATIC = ROOT / "docs" / "_static"
SIZE = {"width": 1480, "height": 800}
COLOURS = 128  # of the palette, which makes the file a quarter as large; chosen so that small areas keep their colour


def write(path):
    """The page of three layers of a small network, with the images that were put in."""
    images, digits = load_digits_images()
    network = train_network(make_ccff(), images, digits, epochs=15)
    activations = ActivationExtractor(network).fit_transform(images)
    options = dict(n_intervals=8, overlap=0.4, eps_scale=1.3, min_samples=4, n_resamples=20)
    layers = ("act1", "act3", "fc2")
    mapper = Mapper("pca", sampling="flatten", layer=layers, **options).fit(activations, digits)
    print({name: str(graph) for name, graph in mapper.graphs_.items()})
    grey = images.reshape(len(images), *images.shape[-2:])
    explore(
        mapper,
        path,
        y=digits,
        images=grey,
        points=mapper.clouds(activations),
        title="Handwritten digits, layer by layer",
    )
    return mapper.graphs_


def layers(explorer, graphs):
    """Layers side by side; the nodes of one traced into the others."""
    layer, graph = list(graphs.items())[-1]
    explorer.switch("trace", True)
    explorer.select(layer, [int(graph.size.argmax())])


def details(explorer, graphs):
    """The best supported loop of the table, its members, and where they are among their neighbours."""
    explorer.role("features").locator("tr[data-feature]").filter(has_text="loop").first.click()
    explorer.role("projection-kind").select_option(index=1)


def classes(explorer, graphs):
    """Dark; the nodes that hold two classes, and those that hold the selection in other layers."""
    explorer.theme("dark")
    for name in ("3", "8"):
        explorer.role("search").fill(name)
        explorer.settle()
        explorer.role("suggestions").locator("[role=option]").first.click()
    explorer.select(next(iter(graphs)), [0, 1])


def save(page, path):
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE).save(path, optimize=True)


def main():
    from playwright.sync_api import sync_playwright

    if reason := chromium.missing():
        raise SystemExit(reason)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "digits.html"
        graphs = write(path)
        browser = chromium.launch(playwright)
        for view in (layers, details, classes):
            page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce")
            page.goto(path.as_uri())
            explorer = Explorer(page)
            view(explorer, graphs)
            page.wait_for_timeout(500)
            page.mouse.move(2, 2)
            page.evaluate("() => scrollTo(0, 0)")
            save(page, STATIC / f"explorer_{view.__name__}.png")
        browser.close()
    sizes = {path.name: path.stat().st_size for path in sorted(STATIC.glob("explorer_*.png"))}
    print(sizes, sum(sizes.values()))


if __name__ == "__main__":
    main()
