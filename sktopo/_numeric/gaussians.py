"""Sums of Gaussians over pairs of diagrams.

In the coordinates middle = (birth + death) / 2 and persistence, the square of a distance is
2 * (gap of middles) ** 2 + (gap of persistences) ** 2 / 2, and a point differs from its projection on the diagonal by
its persistence alone. So the four Gaussians between two points and their projections are products of two exponentials.
"""

import math

import numpy as np

from sktopo._numeric.geometry import compare
from sktopo._numeric.jit import kernel

__all__ = ["fisher_rows", "own_densities", "signed_sums", "smoothed_births_rows"]


@kernel
def own_densities(birth, death, offsets, sigma):
    """What each diagram's own points and their projections add to the densities at these places.

    Returns
    -------
    float64 array of shape (4, n_points)
        At the points: from points, from projections; at the projections: from points, from projections.
    """
    out = np.zeros((4, len(birth)))
    across, along = 1.0 / sigma**2, 1.0 / (4.0 * sigma**2)
    for s in range(len(offsets) - 1):
        for p in range(offsets[s], offsets[s + 1]):
            for q in range(offsets[s], offsets[s + 1]):
                middles = (birth[p] + death[p] - birth[q] - death[q]) / 2.0
                one, other = death[p] - birth[p], death[q] - birth[q]
                near = math.exp(-across * middles * middles)
                out[0, p] += near * math.exp(-along * (one - other) ** 2)
                out[1, p] += near * math.exp(-along * one * one)
                out[2, p] += near * math.exp(-along * other * other)
                out[3, p] += near
    return out


@kernel
def fisher_rows(xb, xd, xo, x_own, yb, yd, yo, y_own, sigma, begin, end, symmetric, out):
    """Persistence Fisher distances of rows `begin` to `end`; see :func:`_fisher`."""
    for i in range(begin, end):
        ab, ad, own = xb[xo[i] : xo[i + 1]], xd[xo[i] : xo[i + 1]], x_own[:, xo[i] : xo[i + 1]]
        for j in range(i + 1 if symmetric else 0, len(yo) - 1):
            bb, bd, other = yb[yo[j] : yo[j + 1]], yd[yo[j] : yo[j + 1]], y_own[:, yo[j] : yo[j + 1]]
            sign = compare(ab, ad, bb, bd)
            if sign == 0:
                out[i, j] = 0.0
            elif sign < 0:
                out[i, j] = _fisher(ab, ad, own, bb, bd, other, sigma)
            else:
                out[i, j] = _fisher(bb, bd, other, ab, ad, own, sigma)


@kernel
def _fisher(ab, ad, a_own, bb, bd, b_own, sigma):
    """Angle between the roots of two densities on all points and projections of both diagrams.

    The first density is of the points of a and the projections of b, the second the other way round.
    """
    n, m = len(ab), len(bb)
    # Sums over the other diagram: `all` of exp(middles), `faded` times the other's own fading, `near` the full
    # Gaussian.
    a_all, a_faded, a_near = np.zeros(n), np.zeros(n), np.zeros(n)
    b_all, b_faded, b_near = np.zeros(m), np.zeros(m), np.zeros(m)
    a_fade, b_fade, middle, length = np.empty(n), np.empty(m), np.empty(m), np.empty(m)
    across, along = 1.0 / sigma**2, 1.0 / (4.0 * sigma**2)
    for i in range(n):
        a_fade[i] = math.exp(-along * (ad[i] - ab[i]) ** 2)
    for j in range(m):
        length[j], middle[j] = bd[j] - bb[j], (bb[j] + bd[j]) / 2.0
        b_fade[j] = math.exp(-along * length[j] ** 2)
    for i in range(n):
        m_i, l_i, fade = (ab[i] + ad[i]) / 2.0, ad[i] - ab[i], a_fade[i]
        s_all, s_faded, s_near = 0.0, 0.0, 0.0
        for j in range(m):
            exponent = across * (m_i - middle[j]) ** 2
            if exponent > 80.0:  # its root is less than 5e-18
                continue
            close = math.exp(-exponent)
            full = close * math.exp(-along * (l_i - length[j]) ** 2)
            s_all += close
            s_faded += close * b_fade[j]
            s_near += full
            b_all[j] += close
            b_faded[j] += close * fade
            b_near[j] += full
        a_all[i], a_faded[i], a_near[i] = s_all, s_faded, s_near
    first, second = 0.0, 0.0
    for i in range(n):
        first += a_own[0, i] + a_fade[i] * a_all[i] + a_own[2, i] + a_all[i]
        second += a_near[i] + a_own[1, i] + a_faded[i] + a_own[3, i]
    for j in range(m):
        second += b_own[0, j] + b_fade[j] * b_all[j] + b_own[2, j] + b_all[j]
        first += b_near[j] + b_own[1, j] + b_faded[j] + b_own[3, j]
    chord = 0.0
    for i in range(n):
        chord += _gap(a_own[0, i] + a_fade[i] * a_all[i], a_near[i] + a_own[1, i], first, second)
        chord += _gap(a_own[2, i] + a_all[i], a_faded[i] + a_own[3, i], first, second)
    for j in range(m):
        chord += _gap(b_near[j] + b_own[1, j], b_own[0, j] + b_fade[j] * b_all[j], first, second)
        chord += _gap(b_faded[j] + b_own[3, j], b_own[2, j] + b_all[j], first, second)
    return _angle(chord)


@kernel
def _gap(u, v, first, second):
    return ((u / first) ** 0.5 - (v / second) ** 0.5) ** 2


@kernel
def _angle(chord):
    """Angle of two unit vectors from the square of their distance: exact where the cosine is near one."""
    return 2.0 * math.asin(min(1.0, 0.5 * chord**0.5))


@kernel
def smoothed_births_rows(x, xo, y, yo, sigma, begin, end, symmetric, out):
    """The same angle for numbers on a line, without projections; inf where their counts differ."""
    scale = 1.0 / (2.0 * sigma**2)
    for i in range(begin, end):
        for j in range(i + 1 if symmetric else 0, len(yo) - 1):
            n = xo[i + 1] - xo[i]
            if n != yo[j + 1] - yo[j]:
                out[i, j] = np.inf
                continue
            u, v = np.zeros(2 * n), np.zeros(2 * n)
            for k in range(2 * n):
                place = x[xo[i] + k] if k < n else y[yo[j] + k - n]
                for s in range(n):
                    u[k] += math.exp(-scale * (place - x[xo[i] + s]) ** 2)
                    v[k] += math.exp(-scale * (place - y[yo[j] + s]) ** 2)
            first, second, chord = u.sum(), v.sum(), 0.0
            for k in range(2 * n):
                chord += _gap(u[k], v[k], first, second)
            out[i, j] = _angle(chord)


@kernel
def signed_sums(xb, xd, xw, xo, yb, yd, yw, yo, sigma, mirrored, begin, end, symmetric, out):
    """Sums over pairs of points of weight * weight * Gaussian, less that of the mirror image where `mirrored`.

    With `symmetric`, the diagonal is filled too.
    """
    scale = 1.0 / (2.0 * sigma**2)
    for i in range(begin, end):
        for j in range(i if symmetric else 0, len(yo) - 1):
            total = 0.0
            for p in range(xo[i], xo[i + 1]):
                b, d, part = xb[p], xd[p], 0.0
                for q in range(yo[j], yo[j + 1]):
                    value = math.exp(-scale * ((b - yb[q]) ** 2 + (d - yd[q]) ** 2))
                    if mirrored:
                        value -= math.exp(-scale * ((b - yd[q]) ** 2 + (d - yb[q]) ** 2))
                    part += yw[q] * value
                total += xw[p] * part
            out[i, j] = total
