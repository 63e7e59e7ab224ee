"""Maximum spanning forests and degree-0 persistence of an operator graph, heaviest edges first.

A threshold falls from bucket to bucket of a queue. Each block offers the edges between the last threshold and
this one that join two components, sorts them, and adds them as in Kruskal's algorithm. Most edges are never
looked at: a row waits in the queue until the threshold reaches its next edge that leaves its component, and
what lies inside a component is passed over.
"""

import numpy as np

from sktopo._numeric.answering import change_answering, change_is_due, new_answering, offer_columns
from sktopo._numeric.bucket_queue import END, bucket_floor, new_queue, push, take
from sktopo._numeric.buffer import new_buffer, sort_buffer, thin_buffer
from sktopo._numeric.columns import column_length
from sktopo._numeric.components import add_edges, new_components, write_pairs
from sktopo._numeric.jit import inner, kernel
from sktopo._numeric.memory import ints, new_memory
from sktopo._numeric.rows import offer_rows, queue_rows
from sktopo._numeric.tables import DENSE, KIND, N_OUT

__all__ = ["sweep"]


@kernel
def sweep(
    tables, n_vertices, n_h_bounds, h, least, listed_at, listed_phi, listed_u, listed_v, bits, patience, block,
    pairs_at, births, deaths,
):  # fmt: skip
    """Forest and pairs of some inputs, one after the other.

    Parameters
    ----------
    h : float64 array of shape (n_inputs, n_sources)
        Absolute value of every source element.
    least : float64 array of shape (n_operators,)
        Edges lighter than this do not exist.
    listed_at : int64 array of shape (n_inputs + 1,)
        Where in the next arrays each input's further edges begin.
    listed_phi, listed_u, listed_v : arrays
        Further edges; phi > 0.
    bits, patience : int, float
        Width of blocks and willingness to let columns answer: they change the time, never the result.
    block : uint8 array
        Memory to work in, see `memory`; what is returned may lie there.
    pairs_at, births, deaths : arrays
        Where to write the pairs, see `write_pairs`, and where those of each input begin. If `births` is empty, pairs
        are not wanted.

    Returns
    -------
    Components
        Of the last input; `counts[3]` is the memory that any of them needed, and `counts[2]` what all looked at. An
        input with a phi that is not finite ends the sweep, with one edge, an infinite one.
    """
    taken, touched = np.int64(0), np.int64(0)
    memory = new_memory(block)
    components = new_components(memory, n_vertices)
    n_at_once = _most_at_once(tables, n_vertices)
    for one in range(len(h)):
        h_one, n_listed = h[one], listed_at[one + 1] - listed_at[one]
        phi_one = listed_phi[listed_at[one] : listed_at[one + 1]]
        u_one, v_one = listed_u[listed_at[one] : listed_at[one + 1]], listed_v[listed_at[one] : listed_at[one + 1]]
        if one > 0:
            memory = new_memory(block)
            components = new_components(memory, n_vertices)
        top = _heaviest(tables, h_one, phi_one)
        if top == np.inf:  # neither queue nor bins are made for it; one edge tells the caller
            components.forest_phi[0], components.counts[0] = top, 1
            return components
        if top > 0.0:
            label = components.label
            rows = new_queue(memory, len(tables.row_list), top, bits)
            columns = new_queue(memory, len(tables.target_units), top, bits)
            listed = new_queue(memory, n_listed, top, bits)
            answering, buffer = new_answering(memory, tables, n_h_bounds), new_buffer(memory, n_vertices, n_at_once)
            entry = ints(memory, len(tables.row_list))
            for k in range(len(entry)):
                entry[k] = 0
            first = np.int64(0)
            for o in range(len(tables.ops)):
                queue_rows(tables, o, h_one, least, entry, rows, first)
            for e in range(n_listed):
                push(listed, e, phi_one[e], first)
            rows_head, columns_head, listed_head = rows.head, columns.head, listed.head
            buffer_phi, buffer_u, buffer_v = buffer.phi, buffer.u, buffer.v
            giant, waste, check_at = answering.giant, answering.waste, answering.check_at
            spent, budget = answering.spent, answering.budget
            for bucket in range(len(rows_head)):
                if rows_head[bucket] == END and columns_head[bucket] == END and listed_head[bucket] == END:
                    continue
                lo = bucket_floor(rows, bucket)
                n = np.int64(0)
                d, n_due = first, take(listed, bucket) if listed_head[bucket] != END else first
                while d < n_due:
                    d, n = _offer_listed(listed, d, n_due, phi_one, u_one, v_one, label, buffer, n)
                    if d < n_due:
                        n = thin_buffer(buffer, n, label)
                d, n_due = first, take(rows, bucket) if rows_head[bucket] != END else first
                while d < n_due:
                    d, n = offer_rows(
                        tables, rows, d, n_due, bucket, lo, h_one, least, label, entry, answering, buffer, n
                    )
                    if d < n_due:
                        n = thin_buffer(buffer, n, label)
                d, n_due = first, take(columns, bucket) if columns_head[bucket] != END else first
                while d < n_due:
                    d, n = offer_columns(
                        tables, columns, d, n_due, bucket, lo, h_one, least, label, answering, buffer, n
                    )
                    if d < n_due:
                        n = thin_buffer(buffer, n, label)
                if n:
                    sort_buffer(buffer, n)
                    add_edges(components, buffer_phi, buffer_u, buffer_v, n)
                if change_is_due(giant, waste, check_at, spent, budget):
                    change_answering(
                        tables, h_one, least, components, entry, answering,
                        rows, columns, buffer, patience, bucket, memory,
                    )  # fmt: skip
            looked_at = answering.touched
            touched += n_listed
            for o in range(len(looked_at)):
                touched += looked_at[o]
            if len(births):
                write_pairs(components, buffer, births, deaths, pairs_at, one)
        elif len(births):
            pairs_at[one + 1] = pairs_at[one]
        taken = max(taken, memory.taken[0])
    components.counts[2], components.counts[3] = touched, taken
    return components


@inner
def _most_at_once(tables, n_vertices):
    """How many edges the buffer must have room for beyond a forest: as many as a column or the rest of a row has."""
    most, ops = n_vertices + 64, tables.ops
    for o in range(len(ops)):
        most = max(most, column_length(ops[o]))
        if ops[o, KIND] == DENSE:
            most = max(most, ops[o, N_OUT])
    return most


@inner
def _offer_listed(listed, d, n_due, phi, u, v, label, buffer, n):
    """Offer the listed edges `due[d:n_due]` that join two components, as far as there is room; see `offer_rows`."""
    due, buffer_phi, buffer_u, buffer_v = listed.due, buffer.phi, buffer.u, buffer.v
    while d < n_due and n < len(buffer_phi):
        e = due[d]
        d += 1
        if label[u[e]] != label[v[e]]:
            buffer_phi[n], buffer_u[n], buffer_v[n] = phi[e], u[e], v[e]
            n += 1
    return d, n


@inner
def _heaviest(tables, h, listed_phi):
    """The largest phi of all edges; infinity also where an h is NaN. Weights are finite."""
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
    for e in range(len(listed_phi)):
        if not listed_phi[e] < np.inf:
            return np.inf
        top = max(top, listed_phi[e])
    return top
