"""Who answers for an operator's edges: its rows, or the columns of the results that are still outside.

Rows are cheap while components are small. Once one giant component holds most results, the rows inside it walk
over edges within it, in search of the few results outside; asking those for their in-edges is then cheaper. Columns
take over when the steps wasted equal the price of asking, so that asking costs no more than was wasted already. If
the columns turn out dearer than they promised, the rows take over again, and the next change needs twice the waste.

Why a block stays exact: an edge between a result outside the giant component and a source inside it is offered
by the column, one between a source outside and any result by the row. What is left out, once an element has an
edge into the giant component in this block, is the last edge of a cycle through that component. Any component
may serve as the giant one; docs/threshold_sweep.rst has the proofs.
"""

from typing import NamedTuple

import numpy as np

from sktopo._numeric.bucket_queue import SMALLEST, push
from sktopo._numeric.chunked_columns import chunk_maxima, heaviest_in_chunks, price_of_chunks, scan_chunks
from sktopo._numeric.columns import UNKNOWN, spread_sources
from sktopo._numeric.components import RECORD, SIZE
from sktopo._numeric.jit import inner, inset
from sktopo._numeric.rows import queue_rows
from sktopo._numeric.sorted_columns import heaviest_in_lists, position_maxima, price_of_lists, scan_lists, window_maxima
from sktopo._numeric.tables import COLUMN_AT, DENSE, KIND, N_TARGET, TARGET_AT, UNITS_AT

__all__ = ["Answering", "change_answering", "change_is_due", "offer_columns", "start_answering"]

EAGER = 0.125  # the part of the price of asking a convolution's results that rows may waste: they waste ever more
NONE, TO_ROWS, TO_COLUMNS = range(3)  # what may change for an operator
SAMPLE = 128  # results whose components are compared to find the giant one


class Answering(NamedTuple):
    """Per operator, and for columns per result.

    Attributes
    ----------
    giant : int32 (o,)
        While columns answer, a vertex of the giant component; else -1.
    waste, touched : int64 (o,)
        Steps of rows inside their own component, and all edges that rows and columns looked at.
    check_at : int64 (o,)
        The waste at which to look again.
    spent, budget : int64 (o,)
        What columns have cost and may cost.
    reluctance : int64 (o,)
    column_phi, column_u, column_op : (j,)
        Heaviest edge into a result from another component, as last seen; u may be UNKNOWN, and phi is a bound then.
    column_second : (j,)
        Where u is known, a bound of all edges but this one that may leave.
    spread : float64
        See `columns`.
    h_bounds : float64
        Largest h of what results read, see `chunk_maxima`, `position_maxima` and `window_maxima`.
    strongest : float64
        To work in, see `window_maxima`.
    """

    giant: np.ndarray
    waste: np.ndarray
    touched: np.ndarray
    check_at: np.ndarray
    spent: np.ndarray
    budget: np.ndarray
    reluctance: np.ndarray
    column_phi: np.ndarray
    column_u: np.ndarray
    column_second: np.ndarray
    column_op: np.ndarray
    spread: np.ndarray
    h_bounds: np.ndarray
    strongest: np.ndarray


@inner
def start_answering(answering, ops):
    """All operators answered by rows."""
    giant, waste, touched, check_at = answering.giant, answering.waste, answering.touched, answering.check_at
    spent, budget, reluctance = answering.spent, answering.budget, answering.reluctance
    for o in range(len(ops)):
        giant[o], waste[o], touched[o], check_at[o] = -1, 0, 0, max(ops[o, N_TARGET], 1)
        spent[o], budget[o], reluctance[o] = 0, 0, 1


@inset
def offer_columns(tables, queue, d, n_due, bucket, lo, least, label, answering, buffer, n):
    """Offer the edges of at least `lo`, the floor of the bucket, into results outside the giant component.

    The results are those of `queue.due[d:n_due]`, or as many of them as the buffer has room for.

    Returns
    -------
    d : int
        Where to go on once the buffer has been thinned; `n_due` when all is done.
    n : int
        Number of edges in the buffer.
    """
    full = False
    while d < n_due and not full:
        o, giant_label, start, stop, d, n = _sift_columns(
            tables, queue, d, n_due, bucket, lo, least, label, answering, buffer, n
        )
        full = n == len(buffer.phi)
        if start < stop:
            if tables.ops[o, COLUMN_AT] < 0:
                done, n = scan_chunks(
                    tables, o, queue.due, start, stop, lo, label, giant_label, least, answering, buffer, n
                )
            else:
                done, n = scan_lists(
                    tables, o, queue.due, start, stop, lo, label, giant_label, least, answering, buffer, n
                )
            queue_columns(queue, start, done, answering.column_phi, bucket)
            if done < stop:
                full, d = True, _put_back(queue.due, done, stop, d)
    return d, n


@inner
def _put_back(due, start, stop, d):
    """Move `due[start:stop]` to just before d; returns where it begins."""
    for i in range(stop - start):
        due[d - 1 - i] = due[stop - 1 - i]
    return d - (stop - start)


@inner
def _sift_columns(tables, queue, d, n_due, bucket, lo, least, label, answering, buffer, n):
    """Answer for the results of one operator from what is known of them; those to be asked are `due[start:stop]`."""
    due, column_op, column_phi, column_u = queue.due, answering.column_op, answering.column_phi, answering.column_u
    column_second, target_units = answering.column_second, tables.target_units
    giant = answering.giant
    buffer_phi, buffer_u, buffer_v = buffer.phi, buffer.u, buffer.v
    capacity = len(buffer_phi)
    o, start, stop = np.int64(column_op[due[d]]), d, d  # another type of o would compile all scans again
    giant_label = np.int64(label[giant[o]] if giant[o] >= 0 else -1)
    # Results of one operator follow each other, mostly.
    while d < n_due and n < capacity and column_op[due[d]] == o:
        j = np.int64(due[d])
        v, u = target_units[j], column_u[j]
        d += 1
        if giant_label < 0 or label[v] == giant_label:
            continue
        if column_phi[j] < lo:  # it waited since columns answered before, for an edge that no longer leaves
            if column_phi[j] > 0.0:
                push(queue, j, column_phi[j], bucket)
            continue
        if u >= 0 and label[u] == giant_label:  # the heaviest edge still: what leaves a component only gets less
            buffer_phi[n], buffer_u[n], buffer_v[n] = column_phi[j], u, v
            n += 1
            continue
        if u >= 0 and column_second[j] < lo:  # nothing but this edge is due
            if label[u] != label[v]:
                buffer_phi[n], buffer_u[n], buffer_v[n] = column_phi[j], u, v
                n += 1
            column_phi[j], column_u[j] = column_second[j], UNKNOWN
            if column_phi[j] >= max(least[o], SMALLEST):
                push(queue, j, column_phi[j], bucket)
            else:
                column_phi[j] = 0.0
            continue
        due[stop] = j
        stop += 1
    return o, giant_label, start, stop, d, n


@inner
def queue_columns(queue, start, stop, column_phi, earliest):
    """Put the results `due[start:stop]` into the queue at their heaviest edge."""
    for d in range(start, stop):
        j = np.int64(queue.due[d])
        if column_phi[j] > 0.0:
            push(queue, j, column_phi[j], earliest)


@inner
def _largest(op, target_units, label, records):
    """A vertex of the largest component that holds a result, or one of a sample of many."""
    vertex, largest = target_units[op[TARGET_AT]], 0
    for j in range(op[TARGET_AT], op[TARGET_AT] + op[N_TARGET], 1 + op[N_TARGET] // SAMPLE):
        size = records[RECORD * label[target_units[j]] + SIZE]
        if size > largest:
            vertex, largest = target_units[j], size
    return vertex


@inner
def _count_outside(op, target_units, label, giant_label):
    """Number of results outside the giant component."""
    outside = 0
    if op[UNITS_AT] >= 0:  # without indirection the loop is vectorised
        for v in range(op[UNITS_AT], op[UNITS_AT] + op[N_TARGET]):
            outside += label[v] != giant_label
    else:
        for j in range(op[TARGET_AT], op[TARGET_AT] + op[N_TARGET]):
            outside += label[target_units[j]] != giant_label
    return outside


@inner
def change_is_due(answering):
    """Whether `change_answering` would look at any operator."""
    giant, waste, check_at = answering.giant, answering.waste, answering.check_at
    spent, budget = answering.spent, answering.budget
    for o in range(len(giant)):
        if (giant[o] < 0 and waste[o] >= check_at[o]) or (giant[o] >= 0 and spent[o] > budget[o]):
            return True
    return False


@inner
def asking_price(op, outside):
    """What asking results for their heaviest in-edges costs, in row steps."""
    if op[COLUMN_AT] < 0:
        return price_of_chunks(op, outside)
    return price_of_lists(op, outside)


@inset
def change_answering(tables, h, least, components, entry, answering, rows, columns, patience, bucket):
    """After a block: let columns answer where rows waste too much, and rows where columns were too dear."""
    first, o = np.int64(0), np.int64(0)
    while o < len(tables.ops):
        o, change, stop = _next_change(tables, o, components.label, components.records, answering, columns, patience)
        if change == TO_ROWS:
            queue_rows(tables, o, h, least, entry, rows, bucket + 1)
        elif change == TO_COLUMNS:
            _ask(tables, o, h, least, columns.due, stop, answering)
            queue_columns(columns, first, stop, answering.column_phi, bucket + 1)
        o += 1


@inset
def _ask(tables, o, h, least, due, stop, answering):
    """Find the heaviest in-edges of the results `due[:stop]`."""
    op, spread = tables.ops[o], answering.spread
    spread_sources(op, tables.spread_source, h, spread)
    if op[COLUMN_AT] < 0:
        chunk_maxima(op, spread, answering.h_bounds)
        heaviest_in_chunks(tables, o, due, stop, least, answering)
        return
    if op[KIND] == DENSE:
        position_maxima(op, spread, answering.h_bounds)
    else:
        window_maxima(op, tables.window, spread, answering.strongest, answering.h_bounds)
    heaviest_in_lists(tables, o, due, stop, least, answering)


@inner
def _next_change(tables, o, label, records, answering, queue, patience):
    """The first operator from o on for which something is to change; `queue.due` gets the results to be asked.

    Returns
    -------
    o : int
    change : int
        TO_ROWS or TO_COLUMNS; NONE if there is no such operator.
    stop : int
        Number of results to be asked.
    """
    target_units, due, column_op = tables.target_units, queue.due, answering.column_op
    giant, waste, check_at, reluctance = answering.giant, answering.waste, answering.check_at, answering.reluctance
    stop, n_operators = np.int64(0), len(tables.ops)
    for one in range(o, n_operators):
        if giant[one] >= 0 and answering.spent[one] > answering.budget[one]:
            giant[one], waste[one] = -1, 0
            reluctance[one] *= 2
            return one, TO_ROWS, stop
        if giant[one] >= 0 or waste[one] < check_at[one]:
            continue
        op = tables.ops[one]
        vertex = _largest(op, target_units, label, records)
        giant_label = label[vertex]
        price = asking_price(op, _count_outside(op, target_units, label, giant_label))
        eager = 1.0 if op[KIND] == DENSE else EAGER
        if waste[one] < patience * eager * reluctance[one] * price:
            check_at[one] = waste[one] + max(op[N_TARGET], waste[one] // 4)  # each look costs a pass over the results
            continue
        giant[one] = vertex
        answering.spent[one], answering.budget[one] = 0, 4 * price + op[N_TARGET]
        for j in range(op[TARGET_AT], op[TARGET_AT] + op[N_TARGET]):
            if label[target_units[j]] != giant_label:
                column_op[j], due[stop] = one, j
                stop += 1
        return one, TO_COLUMNS, stop
    return n_operators, NONE, stop
