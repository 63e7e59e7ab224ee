"""Maximum spanning forests and degree-0 persistence of an operator graph, heaviest edges first.

A threshold falls from bucket to bucket of a queue. Each block offers the edges between the last threshold and
this one that join two components, sorts them, and adds them as in Kruskal's algorithm. Most edges are never
looked at: a row waits in the queue until the threshold reaches its next edge that leaves its component, and
what lies inside a component is passed over.
"""

import numpy as np

from sktopo._numeric.answering import change_answering, change_is_due, offer_columns, start_answering
from sktopo._numeric.bucket_queue import END, bucket_floor, push, start_queue, take
from sktopo._numeric.buffer import sort_buffer, thin_buffer
from sktopo._numeric.components import add_edges, start_components, write_pairs
from sktopo._numeric.jit import inner, inset, leaf
from sktopo._numeric.rows import offer_rows, queue_rows

__all__ = ["sweep"]


@leaf
def sweep(
    tables, workspace, h, least, listed_at, n_listed, listed_phi, listed_u, listed_v, bits, patience,
    pairs_at, births, deaths,
):  # fmt: skip
    """Forest and pairs of some inputs, one after the other.

    Parameters
    ----------
    tables : Tables
    workspace : Workspace
        After the sweep `components` are those of the last input, but `counts[2]`, the edges looked at, is for all. An
        input with a phi that is not finite ends the sweep, with one edge, an infinite one.
    h : float64 array of shape (n_inputs, n_sources)
        Absolute value of every source element.
    least : float64 array of shape (n_operators,)
        Edges lighter than this do not exist.
    listed_at, n_listed : int64 arrays of shape (n_inputs,)
        Where in the next arrays each input's further edges begin, and how many there are.
    listed_phi, listed_u, listed_v : arrays
        Further edges; phi > 0.
    bits, patience : int, float
        Width of blocks and willingness to let columns answer: they change the time, never the result.
    pairs_at, births, deaths : arrays
        Where to write the pairs, see `write_pairs`, and where those of each input begin. If `births` is empty, pairs
        are not wanted.
    """
    components, answering, buffer = workspace.components, workspace.answering, workspace.buffer
    touched = np.int64(0)
    for one in range(len(h)):
        h_one = h[one]
        start_components(components)
        top = max(_heaviest(tables, h_one), _heaviest_listed(listed_phi, listed_at[one], n_listed[one]))
        if not top < np.inf:  # no queue is made for it; one edge tells the caller
            components.forest_phi[0], components.counts[0] = np.inf, 1
            return
        if top > 0.0:
            _start(tables, workspace, h_one, least, listed_at[one], n_listed[one], listed_phi, top, bits)
            _fall(tables, workspace, h_one, least, listed_at[one], listed_phi, listed_u, listed_v, patience)
            touched += n_listed[one]
            for o in range(len(tables.ops)):
                touched += answering.touched[o]
            if len(births):
                write_pairs(components, buffer, births, deaths, pairs_at, one)
        elif len(births):
            pairs_at[one + 1] = pairs_at[one]
    components.counts[2] = touched


@inset
def _start(tables, workspace, h, least, listed_from, n_listed, listed_phi, top, bits):
    """Every row and every listed edge in its queue, all operators answered by rows."""
    rows, columns, listed, entry = workspace.rows, workspace.columns, workspace.listed, workspace.entry
    start_queue(rows, len(entry), top, bits)
    start_queue(columns, len(tables.target_units), top, bits)
    start_queue(listed, n_listed, top, bits)
    start_answering(workspace.answering, tables.ops)
    first = np.int64(0)
    for k in range(len(entry)):
        entry[k] = 0
    for o in range(len(tables.ops)):
        queue_rows(tables, o, h, least, entry, rows, first)
    for e in range(n_listed):
        push(listed, e, listed_phi[listed_from + e], first)


@inset
def _fall(tables, workspace, h, least, listed_from, listed_phi, listed_u, listed_v, patience):
    """The threshold falls from bucket to bucket."""
    components, answering, buffer = workspace.components, workspace.answering, workspace.buffer
    rows, columns, listed, entry = workspace.rows, workspace.columns, workspace.listed, workspace.entry
    label, first = components.label, np.int64(0)
    for bucket in range(len(rows.head)):
        if rows.head[bucket] == END and columns.head[bucket] == END and listed.head[bucket] == END:
            continue
        lo, n = bucket_floor(rows, bucket), first
        d, n_due = first, take(listed, bucket)
        while d < n_due:
            d, n = _offer_listed(listed, d, n_due, listed_from, listed_phi, listed_u, listed_v, label, buffer, n)
            if d < n_due:
                n = thin_buffer(buffer, n, label)
        d, n_due = first, take(rows, bucket)
        while d < n_due:
            d, n = offer_rows(tables, rows, d, n_due, bucket, lo, h, least, label, entry, answering, buffer, n)
            if d < n_due:
                n = thin_buffer(buffer, n, label)
        d, n_due = first, take(columns, bucket)
        while d < n_due:
            d, n = offer_columns(tables, columns, d, n_due, bucket, lo, least, label, answering, buffer, n)
            if d < n_due:
                n = thin_buffer(buffer, n, label)
        if n:
            sort_buffer(buffer, n)
            add_edges(components, buffer.phi, buffer.u, buffer.v, n)
        if change_is_due(answering):
            change_answering(tables, h, least, components, entry, answering, rows, columns, patience, bucket)


@inner
def _offer_listed(listed, d, n_due, listed_from, phi, u, v, label, buffer, n):
    """Offer the listed edges `due[d:n_due]` that join two components, as far as there is room; see `offer_rows`."""
    due, buffer_phi, buffer_u, buffer_v = listed.due, buffer.phi, buffer.u, buffer.v
    while d < n_due and n < len(buffer_phi):
        e = listed_from + due[d]
        d += 1
        if label[u[e]] != label[v[e]]:
            buffer_phi[n], buffer_u[n], buffer_v[n] = phi[e], u[e], v[e]
            n += 1
    return d, n


@inner
def _heaviest(tables, h):
    """The largest phi of all edges of the tables; infinity also where an h is NaN. Weights are finite."""
    top = 0.0
    list_at, list_w, row_list, source_units = tables.list_at, tables.list_w, tables.row_list, tables.source_units
    for k in range(len(row_list)):
        if h[k] == 0.0:
            continue
        start = list_at[row_list[k]]
        if start < list_at[row_list[k] + 1] and source_units[k] >= 0:
            phi = np.float64(list_w[start]) * h[k]
            if not phi < np.inf:
                return np.inf
            top = max(top, phi)
    return top


@inner
def _heaviest_listed(phi, start, n):
    """The largest of some phi; infinity also where one is NaN."""
    top = 0.0
    for e in range(start, start + n):
        if not phi[e] < np.inf:
            return np.inf
        top = max(top, phi[e])
    return top
