"""Pictures stand on the sheets where the page looks for them."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from sktopo import Mapper
from sktopo.mapper.explorer import sprites
from sktopo.mapper.explorer.sprites import (
    COLUMNS,
    MOST_PIXELS,
    MOST_TILES,
    mean_sheet,
    read_images,
    sheet_of,
    shown_inputs,
)
from tests.mapper.shapes import circle


def tile_of(sheets, number):
    """The pixels that the page shows for a tile, grey."""
    width, height = sheets["tile"]
    per_sheet = sheets["columns"] * sheets["rows"]
    text = sheets["sheets"][number // per_sheet].removeprefix("data:image/webp;base64,")
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(text))).convert("L"), dtype=np.float64)
    row, column = divmod(number % per_sheet, sheets["columns"])
    return pixels[row * height : (row + 1) * height, column * width : (column + 1) * width]


def plain_tiles(n, size=8):
    """Tile i is grey of brightness 37 i mod 256."""
    return np.broadcast_to((37 * np.arange(n) % 256).astype(np.uint8)[:, None, None], (n, size, size))


@pytest.mark.parametrize("number", [0, 1, COLUMNS, MOST_TILES - 1, MOST_TILES, MOST_TILES + 10])
def test_a_tile_is_where_it_is_looked_for(number):
    sheets = sheet_of(plain_tiles(MOST_TILES + 11))
    assert tile_of(sheets, number).mean() == pytest.approx(37 * number % 256, abs=12)


@pytest.mark.parametrize("shape", [(5, 9, 7), (5, 9, 7, 1), (5, 1, 9, 7), (5, 9, 7, 3), (5, 3, 9, 7)])
def test_channels_come_first_or_last_or_not_at_all(shape):
    images = np.random.default_rng(0).uniform(-2, 3, shape)
    tiles = read_images(images, 5)
    assert tiles.shape == ((5, 9, 7, 3) if 3 in shape else (5, 9, 7))
    assert (tiles.dtype, tiles.min(), tiles.max()) == (np.uint8, 0, 255)


def test_large_images_are_shrunk_by_means():
    images = np.kron(np.arange(9.0).reshape(1, 3, 3), np.ones((1, 40, 40)))
    tiles = read_images(images, 1)
    assert tiles.shape == (1, 40, 40)
    assert np.array_equal(tiles[0, 5::13, 5::13][:3, :3], np.rint(np.arange(9).reshape(3, 3) * 255 / 8))


def test_bytes_stay_as_they_are():
    images = np.full((2, 4, 4), 100, dtype=np.uint8)
    assert np.array_equal(read_images(images, 2), images)


def test_the_mean_picture_is_that_of_the_members():
    graph = Mapper("l2norm", n_intervals=4, eps_scale=2.0).fit(circle(300)).graph_
    tiles = plain_tiles(300)
    sheets = mean_sheet(graph, tiles)
    for node in range(graph.n_nodes):
        assert tile_of(sheets, node).mean() == pytest.approx(tiles[graph.members(node)].mean(), abs=6)


def test_of_many_inputs_every_node_shows_some():
    points = np.repeat(circle(300), 20, axis=0)
    graph = Mapper(lambda p: p[:, 0], n_intervals=6, eps=0.3).fit(points).graph_
    shown = shown_inputs([graph], plain_tiles(len(points)))
    assert len(shown) <= MOST_TILES and np.array_equal(shown, np.unique(shown))
    assert all(np.isin(graph.members(node), shown).sum() > 10 for node in range(graph.n_nodes))


def test_the_larger_the_pictures_the_fewer_are_shown_and_medoids_stay():
    points = np.repeat(circle(300), 20, axis=0)
    graph = Mapper(lambda p: p[:, 0], n_intervals=30, eps=0.3).fit(points).graph_
    small, large = (shown_inputs([graph], plain_tiles(len(points), size)) for size in (8, 48))
    assert len(large) * 48 * 48 <= MOST_PIXELS and len(large) < len(small) <= MOST_TILES
    assert np.isin(graph.of_input[graph.medoid], large).all()


def test_means_do_not_depend_on_the_blocks_they_are_made_in(monkeypatch):
    graph = Mapper("l2norm", n_intervals=4, eps_scale=2.0).fit(circle(300)).graph_
    tiles = np.random.default_rng(0).integers(0, 256, (300, 8, 8), dtype=np.uint8)
    at_once = mean_sheet(graph, tiles)
    monkeypatch.setattr(sprites, "BLOCK", 900)
    assert mean_sheet(graph, tiles) == at_once


def test_shrunk_bytes_are_rounded_means():
    images = np.zeros((1, 96, 96), dtype=np.uint8)
    images[0, ::2, ::2] = 255  # a quarter of each square of four
    assert (read_images(images, 1) == 64).all()


def test_small_pictures_lose_nothing():
    tiles = np.random.default_rng(0).integers(0, 256, (60, 8, 8), dtype=np.uint8)
    sheets = sheet_of(tiles)
    assert all(np.array_equal(tile_of(sheets, number), tiles[number]) for number in range(60))
