"""Persistence images and heat: Gaussians around the points, integrated over pixels.

The integral of each Gaussian over each pixel is exact to rounding, as in the definition of the persistence image; no
value is sampled at pixel centres. So a narrow Gaussian does not fall between the pixels, and the sum of all pixels is
the weight that the image covers.

References
----------
Adams et al. Persistence images: a stable vector representation of persistent homology. JMLR 18, 2017.
Reininghaus, Huber, Bauer, Kwitt. A stable multi-scale kernel for topological machine learning. CVPR 2015.
"""

import numpy as np

from sktopo._numeric.pixels import INTERPOLATION, NODES, add_images, integral_table
from sktopo.diagrams.vectors.method import Method, ranges_of

__all__ = ["Heat", "Image", "both"]

MARGIN = 2.0  # how far the pixels reach beyond the points, in standard deviations


def both(resolution):
    """Numbers of pixels along births and along the other axis."""
    return (resolution, resolution) if np.ndim(resolution) == 0 else tuple(resolution)


class Image(Method):
    """Gaussians in the plane of birth and persistence, each weighted by persistence ** `power`."""

    uses = ("resolution", "sigma", "power")
    shows = ("sigmas_", "ranges_")

    def fit(self, blocks, chunks):
        """Learn `sigmas_` of shape (n_blocks,) and `ranges_` of shape (n_blocks, 2 axes, 2 ends)."""
        self.sigmas_ = _widths(self.sigma, blocks, chunks)
        self.ranges_ = np.zeros((len(blocks), 2, 2))
        for j, found in enumerate(ranges_of(blocks, chunks)):
            if found:
                self.ranges_[j] = self.span(found)
        self.ranges_ += MARGIN * self.sigmas_[:, None, None] * self.beyond()
        self.ranges_ = _apart(self.ranges_)

    def span(self, found):
        low, high, _, _, longest = found
        return [low, high], [0.0, longest]

    def beyond(self):
        return np.array([[-1.0, 1.0], [0.0, 1.0]])  # persistence begins at 0

    def prepare(self):
        """Per block: where pixels begin, pixels per unit, widths in pixels, and tables of integrals."""
        counts = np.array(both(self.resolution))
        paces = counts / (self.ranges_[:, :, 1] - self.ranges_[:, :, 0])
        widths = paces * self.sigmas_[:, None]
        lows = np.ascontiguousarray(self.ranges_[:, :, 0])
        tables = [
            [integral_table(float(w), int(n), NODES, INTERPOLATION) for w, n in zip(pair, counts, strict=True)]
            for pair in widths
        ]
        return lows, paces, widths, tables

    def transform(self, chunk, prepared):
        x, y, weight = self.points(chunk)
        rows = []
        for j, (low, pace, width, tables) in enumerate(zip(*prepared, strict=True)):
            out = np.zeros(((len(chunk.offsets) - 1) // len(chunk.blocks), *both(self.resolution)[::-1]))
            add_images(x, y, weight, chunk.offsets, j, len(chunk.blocks), low, pace, width, *tables, out)
            rows.append(self.kept(out))
        return np.concatenate(rows, axis=1)

    def points(self, chunk):
        persistence = chunk.persistence
        # What lies on the diagonal weighs nothing, also to the power 0.
        weight = persistence ** float(self.power) if self.power else (persistence > 0.0).astype(np.float64)
        return chunk.birth, _read_only(persistence), weight

    def kept(self, images):
        return images.reshape(len(images), images.shape[1] * images.shape[2])

    def columns(self):
        n_births, n_persistences = both(self.resolution)
        return [f"image_{i}_{j}" for i in range(n_persistences) for j in range(n_births)]


class Heat(Image):
    """Gaussians in the plane of birth and death less their mirror images beyond the diagonal, above the diagonal.

    Heat that spreads from the points while the diagonal is kept at 0, after the time sigma ** 2 / 2.
    """

    uses = ("resolution", "sigma")

    def span(self, found):
        low, _, high, *_ = found
        return [low, high], [low, high]

    def beyond(self):
        return np.array([[-1.0, 1.0], [-1.0, 1.0]])

    def points(self, chunk):
        return chunk.birth, chunk.death, np.ones(len(chunk.birth))

    def kept(self, images):
        # Births and deaths have the same pixels, so mirrored Gaussians are the transposed image; what is below the
        # diagonal is the same with the other sign, and pixels on it are 0.
        births, deaths = np.triu_indices(self.resolution, 1)
        return images[:, deaths, births] - images[:, births, deaths]

    def columns(self):
        births, deaths = np.triu_indices(self.resolution, 1)
        return [f"heat_{i}_{j}" for i, j in zip(births.tolist(), deaths.tolist(), strict=True)]


def _widths(sigma, blocks, chunks):
    """Standard deviations: given, or the median of the positive persistences of each block (1 if there are none)."""
    if not isinstance(sigma, str):
        return np.full(len(blocks), float(sigma))
    return np.array([_median_persistence(j, chunks) for j in range(len(blocks))])


def _median_persistence(block, chunks):
    sizes = [int(np.count_nonzero(chunk.of_block(block) & (chunk.death > chunk.birth))) for chunk in chunks()]
    lengths, begin = np.empty(sum(sizes)), 0
    for chunk, size in zip(chunks(), sizes, strict=True):
        lengths[begin : begin + size] = chunk.persistence[chunk.of_block(block) & (chunk.death > chunk.birth)]
        begin += size
    return np.median(lengths, overwrite_input=True) if begin else 1.0


def _apart(ranges):
    """Ranges that span something, also where a narrow Gaussian is lost beside large births."""
    ends = np.stack([np.nextafter(ranges[..., 0], -np.inf), np.nextafter(ranges[..., 1], np.inf)], axis=-1)
    return np.where(ranges[..., :1] < ranges[..., 1:], ranges, ends)


def _read_only(array):
    array.flags.writeable = False
    return array
