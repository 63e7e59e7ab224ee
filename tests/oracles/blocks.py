"""Slow twin of scope="block": which steps of a list make which block, from the definition. Imports numpy only."""

WEIGHTED = {"dense", "conv"}


def blocks(steps):
    """Dict from (position of the first weighted step, of the second) to the positions of all steps of the block."""
    ends = _ends(steps)
    made = {layer for p, (_, targets) in ends.items() if steps[p][0] in WEIGHTED for layer in targets}
    found = {}
    for first in ends:
        if steps[first][0] in WEIGHTED:
            for way in _ways(steps, ends, made, (first,)):
                found.setdefault((first, way[-1]), set()).update(way)
    return {pair: _with_branches(steps, ends, members) for pair, members in found.items()}


def _ways(steps, ends, made, way):
    """All ways of steps, each reading what the one before makes, to the next weighted step."""
    for after, (sources, targets) in ends.items():
        if after > way[-1] and sources & ends[way[-1]][1]:
            if steps[after][0] in WEIGHTED:
                yield (*way, after)
            elif not targets & made:
                yield from _ways(steps, ends, made, (*way, after))


def _with_branches(steps, ends, members):
    layers = set().union(*(part for p in members for part in ends[p]))
    return members | {p for p, (s, t) in ends.items() if steps[p][0] not in WEIGHTED and s | t <= layers}


def _ends(steps):
    """Layers that every step with edges reads and makes; a layer is the position of the step that made it."""
    value, saved, ends = {-1}, {}, {}
    for position, (kind, options) in enumerate(steps):
        if kind == "save":
            saved[options["name"]] = value
        elif kind == "concat":
            value = value | saved[options["name"]]
        elif kind == "add":  # the saved branch is joined to the units in hand
            ends[position] = (saved[options["name"]], value)
        elif kind in WEIGHTED or kind.endswith("pool"):
            ends[position] = (value, {position})
            value = {position}
    return ends
