"""A queue of events by falling key, exact to the width of a bucket.

The leading bits of a positive float, its exponent and the first bits of its mantissa, number the buckets, so
that each spans 2 ** -bits of an octave. Events of a bucket are a linked list. The last bucket takes whatever
lies more than OCTAVES below the first.
"""

from typing import NamedTuple

import numpy as np

from sktopo._numeric.jit import leaf

__all__ = ["ABSENT", "END", "Queue", "bucket_floor", "bucket_of", "n_buckets", "push", "start_queue", "take"]

OCTAVES = 40
MANTISSA = 52
SMALLEST = 5e-324
END, ABSENT = -1, -2


class Queue(NamedTuple):
    """Linked lists: `head` by bucket, `after` by event; `due` takes what is taken out.

    `scale` holds the leading bits of the largest key, and how many bits of the mantissa these include.
    """

    head: np.ndarray
    after: np.ndarray
    due: np.ndarray
    scale: np.ndarray


def n_buckets(bits):
    """Number of buckets, which are 2 ** -bits of an octave wide."""
    return (OCTAVES << bits) + 1


@leaf
def start_queue(queue, n_events, top, bits):
    """Empty a queue for events 0 to `n_events` - 1 and keys up to `top`."""
    head, after, scale = queue.head, queue.after, queue.scale
    for bucket in range(len(head)):
        head[bucket] = END
    for event in range(n_events):
        after[event] = ABSENT
    scale[0], scale[1] = np.float64(top).view(np.int64) >> (MANTISSA - bits), bits


@leaf
def push(queue, event, key, earliest):
    """Add an event with a positive key, to no bucket before `earliest`; one that waits already stays put."""
    if queue.after[event] == ABSENT:
        bucket = bucket_of(queue.scale[0], queue.scale[1], key, earliest)
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
    top, bits = queue.scale[0], queue.scale[1]
    if bucket == len(queue.head) - 1 or top <= bucket:
        return SMALLEST
    return np.int64((top - bucket) << (MANTISSA - bits)).view(np.float64)
