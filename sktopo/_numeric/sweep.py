"""Maximum spanning forest and degree-0 persistence of an operator graph, heaviest edges first.

A threshold falls from bucket to bucket of a queue. Each block offers the edges between the last threshold and
this one that join two components, sorts them, and adds them as in Kruskal's algorithm. Most edges are never
looked at: a row waits in the queue until the threshold reaches its next edge that leaves its component, and
what lies inside a component is passed over.
"""

import numpy as np

from sktopo._numeric.answering import change_answering, change_is_due, new_answering, offer_columns
from sktopo._numeric.bucket_queue import END, new_queue, pop, push
from sktopo._numeric.buffer import new_buffer, sort_buffer, thin_buffer
from sktopo._numeric.components import add_edges, new_components
from sktopo._numeric.jit import kernel
from sktopo._numeric.rows import offer_rows, queue_rows

__all__ = ["sweep"]


@kernel
def sweep(tables, n_vertices, n_h_bounds, h, least, listed_phi, listed_u, listed_v, bits, patience):
    """Forest and pairs of one input.

    Parameters
    ----------
    h : float64 array of shape (n_sources,)
        Absolute value of every source element.
    least : float64 array of shape (n_operators,)
        Edges lighter than this do not exist.
    listed_phi, listed_u, listed_v : arrays
        Further edges; phi > 0.
    bits, patience : int, float
        Width of blocks and willingness to let columns answer: they change the time, never the result.

    Returns
    -------
    Components
    """
    components = new_components(n_vertices)
    top = _heaviest(tables, h, listed_phi)
    if top == 0.0:
        return components
    label = components.label
    n_sources, n_results = len(tables.row_list), len(tables.target_units)
    first_column, first_listed = n_sources, n_sources + n_results
    answering = new_answering(tables, n_h_bounds)
    queue = new_queue(first_listed + len(listed_phi), top, bits)
    buffer = new_buffer(n_vertices)
    entry = np.zeros(n_sources, dtype=np.int32)
    due_rows, due_columns = np.empty(n_sources, dtype=np.int32), np.empty(n_results, dtype=np.int32)
    first = np.int64(0)
    for o in range(len(tables.ops)):
        queue_rows(tables, o, h, least, entry, queue, first)
    for e in range(len(listed_phi)):
        push(queue, first_listed + e, listed_phi[e], first)
    for bucket in range(len(queue.head)):
        n, n_rows, n_columns = np.int64(0), 0, 0
        event = pop(queue, bucket)
        if event == END:
            continue
        while event != END:
            if event < first_column:
                due_rows[n_rows] = event
                n_rows += 1
            elif event < first_listed:
                due_columns[n_columns] = event - first_column
                n_columns += 1
            elif label[listed_u[event - first_listed]] != label[listed_v[event - first_listed]]:
                e = event - first_listed
                if n == len(buffer.phi):
                    n = thin_buffer(buffer, n, label)
                buffer.phi[n], buffer.u[n], buffer.v[n] = listed_phi[e], listed_u[e], listed_v[e]
                n += 1
            event = pop(queue, bucket)
        n = offer_rows(
            tables,
            due_rows,
            n_rows,
            bucket,
            h,
            least,
            label,
            answering.giant,
            entry,
            answering.waste,
            answering.touched,
            queue,
            buffer,
            n,
        )
        if n_columns:
            n = offer_columns(
                tables, due_columns, n_columns, first_column, bucket, h, least, label, answering, queue, buffer, n
            )
        sort_buffer(buffer, n)
        add_edges(components, buffer.phi, buffer.u, buffer.v, n)
        if change_is_due(answering.giant, answering.waste, answering.check_at, answering.spent, answering.budget):
            change_answering(tables, first_column, h, least, label, entry, answering, queue, buffer, patience, bucket)
    components.counts[2] = answering.touched.sum() + len(listed_phi)
    return components


@kernel
def _heaviest(tables, h, listed_phi):
    """The largest phi of all edges."""
    top = 0.0
    for k in range(len(tables.row_list)):
        start, stop = tables.list_at[tables.row_list[k]], tables.list_at[tables.row_list[k] + 1]
        if start < stop and tables.source_units[k] >= 0:
            top = max(top, np.float64(tables.list_w[start]) * h[k])
    for e in range(len(listed_phi)):
        top = max(top, listed_phi[e])
    return top
