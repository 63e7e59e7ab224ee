"""A transformer as a library builds it: named inputs, a mask, fixed positions, dicts and tuples as outputs."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from sktopo import ActivationExtractor, GraphFiltration


class Embeddings(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.words, self.positions = nn.Embedding(20, width), nn.Embedding(16, width)
        self.norm = nn.LayerNorm(width)
        self.register_buffer("position_ids", torch.arange(16).expand(1, -1))

    def forward(self, input_ids):
        return self.norm(self.words(input_ids) + self.positions(self.position_ids[:, : input_ids.shape[1]]))


class SelfAttention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))

    def forward(self, x, mask):
        heads = [part(x).unflatten(-1, (2, -1)).transpose(1, 2) for part in (self.query, self.key, self.value)]
        return F.scaled_dot_product_attention(*heads, attn_mask=mask).transpose(1, 2).flatten(2), None


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.attention, self.norm = SelfAttention(width), nn.LayerNorm(width)
        self.dense = nn.Linear(width, width)

    def forward(self, x, mask):
        return F.gelu(self.dense(self.norm(x + self.attention(x, mask)[0])))


class Encoder(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.embeddings = Embeddings(width)
        self.layer = nn.ModuleList(Block(width) for _ in range(2))

    def forward(self, input_ids, attention_mask=None):
        mask = None if attention_mask is None else attention_mask[:, None, None, :].bool()
        x = self.embeddings(input_ids)
        for block in self.layer:
            x = block(x, mask)
        return {"last_hidden_state": x, "attentions": None}


@pytest.fixture(scope="module")
def encoder():
    torch.manual_seed(0)
    return Encoder()


IDS = np.array([[3, 7, 1, 0, 0], [5, 2, 9, 4, 1], [8, 1, 0, 0, 0]])
TOKENS = {"input_ids": IDS, "attention_mask": (IDS > 0).astype("int64")}


@pytest.mark.parametrize("batch_size", [1, 2, 256])
def test_hidden_states_are_those_of_the_network_whatever_the_batches(encoder, batch_size):
    found = ActivationExtractor(encoder, layers="layer.?", batch_size=batch_size).fit_transform(TOKENS)
    assert found.layers == ("layer.0", "layer.1")
    with torch.no_grad():
        expected = encoder.eval()(**{name: torch.tensor(part) for name, part in TOKENS.items()})["last_hidden_state"]
    np.testing.assert_allclose(found["layer.1"], expected.numpy(), atol=1e-6)


def test_what_the_mask_hides_does_not_count(encoder):
    other = {**TOKENS, "input_ids": np.where(IDS == 0, 11, IDS)}
    one, two = (ActivationExtractor(encoder, layers="layer.1").fit_transform(X)["layer.1"] for X in (TOKENS, other))
    np.testing.assert_allclose(one[IDS > 0], two[IDS > 0], atol=1e-6)
    assert np.abs(one - two).max() > 0.01


def test_a_tuple_output_is_named_by_its_tensors(encoder):
    assert ActivationExtractor(encoder, layers="layer.0.attention").fit_transform(TOKENS).layers == (
        "layer.0.attention[0]",
    )


@pytest.mark.parametrize("layers", ["all", "*", nn.Embedding, lambda name, module: "embeddings" in name])
def test_a_choice_of_several_leaves_out_what_is_the_same_for_every_input(encoder, layers):
    found = ActivationExtractor(encoder, layers=layers).fit_transform(TOKENS).layers
    assert "embeddings.words" in found and "embeddings.positions" not in found


def test_inputs_of_several_layers_leave_out_what_is_the_same_for_every_input(encoder):
    found = ActivationExtractor(encoder, layers="all", capture="input").fit_transform(TOKENS)
    assert "embeddings.words" in found and "embeddings.positions" not in found


def test_what_is_the_same_for_every_input_is_refused_by_name(encoder):
    with pytest.raises(ValueError, match=r"'embeddings.positions' has shape \(1, 5, 4\) .* same for every input"):
        ActivationExtractor(encoder, layers="embeddings.positions").fit_transform(TOKENS)


def test_tokens_have_no_graph_yet_and_the_error_says_what_to_do(encoder):
    activations = ActivationExtractor(encoder).fit_transform(TOKENS)
    with pytest.raises(ValueError, match="'input.input_ids.' holds integers .* not described yet. Record layers"):
        GraphFiltration().fit(activations)


def test_attention_has_no_graph_yet_and_the_error_names_the_module(encoder):
    vectors = np.ones((2, 5, 4), dtype="float32")
    extractor = ActivationExtractor(encoder, forward=lambda model, x: model.layer[0](x, None)).fit(vectors)
    assert extractor.network_ is None
    assert "in module 'layer.0.attention' (SelfAttention)" in extractor.network_error_
    assert "attention weighs activations with activations, which is not described yet" in extractor.network_error_


def test_texts_and_ragged_tokens_are_refused_with_a_cure(encoder):
    for texts in (["one", "two"], "one", np.array(["one", "two"])):
        with pytest.raises(ValueError, match="tokenizer.texts, padding=True"):
            ActivationExtractor(encoder).fit(texts)
    with pytest.raises(ValueError, match="input_ids holds sequences of different lengths. Pad them"):
        ActivationExtractor(encoder).fit({"input_ids": [[1, 2], [3]]})


def test_another_length_in_transform_says_how_to_pad(encoder):
    extractor = ActivationExtractor(encoder, layers="layer.0").fit(TOKENS)
    with pytest.raises(ValueError, match="padding='max_length'"):
        extractor.transform({name: part[:, :3] for name, part in TOKENS.items()})


class Token(nn.Module):
    """A learned vector that is handed on as it is, such as a class token."""

    def __init__(self):
        super().__init__()
        self.vector = nn.Parameter(torch.ones(1, 3))

    def forward(self):
        return self.vector


class WithToken(nn.Module):
    def __init__(self):
        super().__init__()
        self.token, self.fc = Token(), nn.Linear(3, 2)

    def forward(self, x):
        return self.fc(x + self.token())


@pytest.mark.parametrize("layers", ["auto", "all"])
def test_a_parameter_that_a_module_returns_is_no_input_of_the_network(layers):
    activations = ActivationExtractor(WithToken(), layers=layers).fit_transform(np.zeros((4, 3)))
    assert [(o.source, o.n_edges) for o in activations.network.operators] == [("add()", 6)]
    assert "token" not in activations.layers
