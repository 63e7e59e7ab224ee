"""A queue of events by falling key, exact to the width of a bucket.

The leading bits of a positive float, its exponent and the first bits of its mantissa, number the buckets, so
that each spans 2 ** -bits of an octave. Events of a bucket are a linked list. The last bucket takes whatever
lies more than OCTAVES below the first.
"""

from typing import NamedTuple

import numpy as np

from sktopo._numeric.jit import kernel, leaf
from sktopo._numeric.memory import ints

__all__ = ["ABSENT", "END", "Queue", "bucket_floor", "bucket_of", "new_queue", "push", "take"]

OCTAVES = 40
MANTISSA = 52
SMALLEST = 5e-324
END, ABSENT = -1, -2


class Queue(NamedTuple):
    """Linked lists: `head` by bucket, `after` by event; `due` takes what is taken out.

    `top` holds the leading bits of the largest key.
    """

    head: np.ndarray
    after: np.ndarray
    due: np.ndarray
    top: int
    bits: int


@kernel
def new_queue(memory, n_events, top, bits):
    """An empty queue for events 0 to `n_events` - 1 and keys up to `top`."""
    head, after, due = ints(memory, (OCTAVES << bits) + 1), ints(memory, n_events), ints(memory, n_events)
    for bucket in range(len(head)):
        head[bucket] = END
    for event in range(n_events):
        after[event] = ABSENT
    return Queue(head, after, due, np.float64(top).view(np.int64) >> (MANTISSA - bits), bits)


@leaf
def push(queue, event, key, earliest):
    """Add an event with a positive key, to no bucket before `earliest`; one that waits already stays put."""
    if queue.after[event] == ABSENT:
        bucket = bucket_of(queue.top, queue.bits, key, earliest)
        queue.after[event] = queue.head[bucket]
        queue.head[bucket] = event


@leaf
def bucket_of(top, bits, key, earliest):
    """Number of the bucket of a positive key."""
    bucket = top - (np.float64(key).view(np.int64) >> (MANTISSA - bits))
    return min(max(bucket, earliest), OCTAVES << bits)


@leaf
def take(queue, bucket):
    """Move the events of a bucket to `due`; returns their number."""
    head, after, due = queue.head, queue.after, queue.due
    event, n = head[bucket], 0
    head[bucket] = END
    while event != END:
        due[n] = event
        n += 1
        following = after[event]
        after[event] = ABSENT
        event = following
    return n


@leaf
def bucket_floor(queue, bucket):
    """Smallest positive key that belongs to a bucket."""
    if bucket == len(queue.head) - 1 or queue.top <= bucket:
        return SMALLEST
    return np.int64((queue.top - bucket) << (MANTISSA - queue.bits)).view(np.float64)
