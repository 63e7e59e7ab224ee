"""Hypothesis strategies: random activation graphs with every kind of layer, number and numbering of vertices."""

from hypothesis import strategies as st

from tests.operators import FAMILIES, NUMBERINGS, NUMBERS, random_graph

__all__ = ["graphs", "settings_of_the_sweep"]


@st.composite
def graphs(draw, families=FAMILIES, weights=NUMBERS, values=NUMBERS):
    """Arguments of a random graph and the graph: (dict, operators, values)."""
    arguments = dict(
        family=draw(st.sampled_from(families)),
        weights=draw(st.sampled_from(weights)),
        values=draw(st.sampled_from(values)),
        dtype=draw(st.sampled_from(["float32", "float64"])),
        numbering=draw(st.sampled_from(NUMBERINGS)),
        seed=draw(st.integers(0, 2**32 - 1)),
    )
    return arguments, *random_graph(**arguments)


# How wide a block is and how much waste turns rows into columns: at once, soon, as always, never.
settings_of_the_sweep = st.fixed_dictionaries(
    {"bits": st.integers(0, 8), "patience": st.sampled_from([0.0, 1e-3, 0.1, 2.0, 1e9])}
)
