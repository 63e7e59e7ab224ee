"""A MapperGraph as JSON, as a networkx graph and as GraphML."""

import json
from pathlib import Path

import numpy as np
from scipy import sparse

__all__ = ["from_json", "to_graphml", "to_json", "to_networkx"]

FORMAT = "sktopo.MapperGraph/1"
# Of the fields that are arrays: the type of number, None for what may be numbers or texts.
ARRAYS = {
    "edges": np.int64,
    "intersection": np.int64,
    "jaccard": np.float64,
    "cell": np.int64,
    "lens": np.float64,
    "mean": np.float64,
    "medoid": np.int64,
    "is_noise": np.bool_,
    "of_input": np.int64,
    "position": np.int64,
    "classes": None,
    "class_counts": np.int64,
    "class_of": np.int64,
    "target_mean": np.float64,
    "edge_presence": np.bool_,
}


def to_json(graph, path):
    """Text of the graph, or None if it was written to a path."""
    content = {"format": FORMAT, "n_points": graph.n_points, "noise_share": float(graph.noise_share)}
    content["members"] = [graph.members(node).tolist() for node in range(graph.n_nodes)]
    for name in ARRAYS:
        value = getattr(graph, name)
        # A list of no rows does not say how many columns it would have.
        content[name] = None if value is None else {"shape": value.shape, "values": value.ravel().tolist()}
    content["purity"] = {name: values.tolist() for name, values in graph.purity.items()}
    text = json.dumps(content)
    if path is None:
        return text
    Path(path).write_text(text, encoding="utf-8")
    return None


def from_json(source):
    """Fields of a MapperGraph from a text or a path."""
    text = str(source) if str(source).lstrip().startswith("{") else Path(source).read_text(encoding="utf-8")
    content = json.loads(text)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"This is no graph that MapperGraph.to_json wrote: its 'format' is not {FORMAT!r}.")
    members = content["members"]
    indptr = np.cumsum([0] + [len(m) for m in members])
    indices = np.concatenate([*members, []]).astype(np.int64)
    shape = (len(members), content["n_points"])
    fields = {"membership": sparse.csr_matrix((np.ones(len(indices), dtype=np.int8), indices, indptr), shape)}
    for name, dtype in ARRAYS.items():
        stored = content.get(name)
        fields[name] = None if stored is None else np.array(stored["values"], dtype=dtype).reshape(stored["shape"])
    purity = {name: np.array(values, dtype=np.float64) for name, values in content["purity"].items()}
    return {**fields, "noise_share": content["noise_share"], "purity": purity}


def to_networkx(graph):
    """A networkx graph with plain numbers and texts as attributes."""
    networkx = _networkx()
    made = networkx.Graph(n_points=graph.n_points, coverage=float(graph.coverage), noise_share=float(graph.noise_share))
    columns = _node_columns(graph)
    for node in range(graph.n_nodes):
        made.add_node(node, **{name: values[node] for name, values in columns.items()})
    columns = {"intersection": graph.intersection.tolist(), "jaccard": graph.jaccard.tolist()}
    if graph.support is not None:
        columns["support"] = graph.support.tolist()
    for place, (u, v) in enumerate(graph.edges.tolist()):
        made.add_edge(u, v, **{name: values[place] for name, values in columns.items()})
    return made


def to_graphml(graph, path):
    _networkx().write_graphml(to_networkx(graph), path)


def _node_columns(graph):
    """{attribute: list with an entry per node}."""
    columns = {"size": graph.size.tolist()}
    names = ["lens"] if graph.lens.shape[1] == 1 else [f"lens_{j}" for j in range(graph.lens.shape[1])]
    columns.update(zip(names, graph.lens.T.tolist(), strict=True))
    columns["medoid"] = graph.medoid.tolist()
    columns["component"] = graph.components.tolist()
    columns["noise"] = graph.is_noise.tolist()
    if graph.classes is not None:
        columns["majority_class"] = [str(graph.classes[j]) for j in graph.class_counts.argmax(axis=1)]
        columns.update({name: values.tolist() for name, values in graph.purity.items()})
        for label, counts in zip(graph.classes, graph.class_counts.T, strict=True):
            columns[f"count_{label}"] = counts.tolist()
    if graph.target_mean is not None:
        columns["target_mean"] = graph.target_mean.tolist()
    return columns


def _networkx():
    try:
        import networkx
    except ImportError as error:
        raise ImportError(
            "This needs networkx, which is not installed: pip install networkx. to_json does without."
        ) from error
    return networkx
