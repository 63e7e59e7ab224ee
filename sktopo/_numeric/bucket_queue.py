"""A queue of events by falling key, exact to the width of a bucket.

The leading bits of a positive float, its exponent and the first bits of its mantissa, number the buckets, so
that each spans 2 ** -bits of an octave. Events of a bucket are a linked list. The last bucket takes whatever
lies more than OCTAVES below the first.
"""

from typing import NamedTuple

import numpy as np

from sktopo._numeric.jit import kernel

__all__ = ["Queue", "bucket_floor", "new_queue", "pop", "push"]

OCTAVES = 40
MANTISSA = 52
SMALLEST = 5e-324
END, ABSENT = -1, -2


class Queue(NamedTuple):
    """Linked lists: `head` by bucket, `after` by event; `first` holds the leading bits of the largest key."""

    head: np.ndarray
    after: np.ndarray
    first: int
    bits: int


@kernel
def new_queue(n_events, top, bits):
    """An empty queue for keys up to `top`."""
    head = np.full((OCTAVES << bits) + 1, END, dtype=np.int32)
    after = np.full(n_events, ABSENT, dtype=np.int32)
    return Queue(head, after, np.float64(top).view(np.int64) >> (MANTISSA - bits), bits)


@kernel
def push(queue, event, key, earliest):
    """Add an event with a positive key, to no bucket before `earliest`; one that waits already stays put."""
    if queue.after[event] == ABSENT:
        bucket = queue.first - (np.float64(key).view(np.int64) >> (MANTISSA - queue.bits))
        bucket = min(max(bucket, earliest), len(queue.head) - 1)
        queue.after[event] = queue.head[bucket]
        queue.head[bucket] = event


@kernel
def pop(queue, bucket):
    """Take an event out of a bucket; END if there is none."""
    event = queue.head[bucket]
    if event != END:
        queue.head[bucket] = queue.after[event]
        queue.after[event] = ABSENT
    return event


@kernel
def bucket_floor(queue, bucket):
    """Smallest positive key that belongs to a bucket."""
    if bucket == len(queue.head) - 1 or queue.first <= bucket:
        return SMALLEST
    return np.int64((queue.first - bucket) << (MANTISSA - queue.bits)).view(np.float64)
