"""Attacks by their promises: within their balls, against the gradient, the same in any batch, the network as it was."""

import builtins

import numpy as np
import pytest
import torch
from torch import nn

from sktopo.datasets import load_digits_images, make_ccff, train_network
from sktopo.detection import attacks

IMAGES, DIGITS = (part[:600] for part in load_digits_images())
MODEL = train_network(make_ccff(), IMAGES[:500], DIGITS[:500], epochs=20)
X, Y = IMAGES[500:560], DIGITS[500:560]
ATTACKS = {
    "fgsm": lambda model, X, **options: attacks.fgsm(model, X, 0.15, **options),
    "pgd linf": lambda model, X, **options: attacks.pgd(model, X, 0.15, steps=8, **options),
    "pgd l2": lambda model, X, **options: attacks.pgd(model, X, 1.2, norm="l2", steps=8, **options),
}


def loss(model, X, y):
    with torch.no_grad():
        return nn.functional.cross_entropy(model(torch.from_numpy(X)), torch.from_numpy(y), reduction="none").numpy()


def lengths(changes):
    return np.linalg.norm(changes.reshape(len(changes), -1), axis=1)


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_network_is_misled_and_left_as_it_was(attack):
    model = make_ccff().train()
    model.load_state_dict(MODEL.state_dict())
    before = {name: value.clone() for name, value in model.state_dict().items()}
    attacked = ATTACKS[attack](model, X)
    assert attacked.shape == X.shape and attacked.dtype == X.dtype
    assert attacked.min() >= 0 and attacked.max() <= 1
    assert attacks.successful(model, X, attacked, Y).mean() > 0.25
    assert (attacks.predictions(model, X) == Y).mean() > 0.8
    assert model.training and all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_does_not_depend_on_the_batch(attack):
    np.testing.assert_allclose(ATTACKS[attack](MODEL, X, batch_size=7), ATTACKS[attack](MODEL, X), atol=1e-5)


def test_changes_stay_in_their_balls():
    assert np.abs(attacks.fgsm(MODEL, X, 0.1) - X).max() <= 0.1 + 1e-6
    assert np.abs(attacks.pgd(MODEL, X, 0.1) - X).max() <= 0.1 + 1e-6
    assert lengths(attacks.pgd(MODEL, X, 0.8, norm="l2") - X).max() <= 0.8 + 1e-5


def test_one_step_follows_the_sign_of_the_gradient():
    inputs = torch.from_numpy(X).requires_grad_()
    labels = torch.from_numpy(attacks.predictions(MODEL, X))
    nn.functional.cross_entropy(MODEL.eval()(inputs), labels).backward()
    expected = X + np.float32(0.05) * np.sign(inputs.grad.numpy())
    np.testing.assert_allclose(attacks.fgsm(MODEL, X, 0.05, clip=None), expected, atol=1e-7)


def test_of_a_linear_network_projected_gradients_find_the_worst_change():
    model = nn.Linear(6, 2).double()
    rows = np.random.default_rng(0).normal(size=(20, 6))
    y = attacks.predictions(model, rows)
    away = (model.weight[1 - y] - model.weight[y]).detach().numpy()
    found = attacks.pgd(model, rows, 0.5, norm="l2", random_start=False, clip=None)
    np.testing.assert_allclose(found, rows + 0.5 * away / np.linalg.norm(away, axis=1, keepdims=True), atol=1e-9)
    found = attacks.pgd(model, rows, 0.5, steps=40, clip=None)
    np.testing.assert_allclose(found, rows + 0.5 * np.sign(away), atol=1e-9)


def test_more_steps_find_no_smaller_losses():
    one, many = (attacks.pgd(MODEL, X, 0.1, steps=steps, random_start=False, y=Y) for steps in (1, 20))
    assert loss(MODEL, many, Y).mean() >= loss(MODEL, one, Y).mean() > loss(MODEL, X, Y).mean()


def test_the_start_is_drawn_from_the_seed():
    same = [attacks.pgd(MODEL, X, 0.1, steps=1, random_state=3) for _ in range(2)]
    np.testing.assert_array_equal(*same)
    assert (same[0] != attacks.pgd(MODEL, X, 0.1, steps=1, random_state=4)).any()


def test_without_room_nothing_changes():
    np.testing.assert_array_equal(attacks.fgsm(MODEL, X, 0), X)
    np.testing.assert_array_equal(attacks.pgd(MODEL, X, 0.0, norm="l2"), X)


def test_noise_has_the_length_of_the_attack():
    attacked = attacks.pgd(MODEL, X, 1.0, norm="l2")
    noisy = attacks.equal_norm_noise(X, attacked)
    np.testing.assert_allclose(lengths(noisy - X), lengths(attacked - X), rtol=0.02)
    assert noisy.min() >= 0 and noisy.max() <= 1 and noisy.dtype == X.dtype
    np.testing.assert_array_equal(attacks.equal_norm_noise(X, X), X)


def test_success_is_a_right_answer_turned_wrong():
    model = nn.Identity()
    before = np.eye(3)[[0, 0, 1, 1]]
    after = np.eye(3)[[1, 0, 2, 1]]
    assert attacks.successful(model, before, after, [0, 0, 0, 0]).tolist() == [True, False, False, False]


@pytest.mark.parametrize("attack", ["deepfool", "carlini_wagner"])
def test_attacks_of_the_toolbox(attack):
    pytest.importorskip("art")
    small = X[:12]
    attacked = getattr(attacks, attack)(MODEL, small)
    assert attacked.shape == small.shape and attacked.dtype == small.dtype
    right = attacks.predictions(MODEL, small) == Y[:12]
    assert attacks.successful(MODEL, small, attacked, Y[:12])[right].mean() > 0.8
    assert lengths(attacked - small).mean() < 1.5


@pytest.mark.parametrize("attack", ["deepfool", "carlini_wagner"])
def test_the_toolbox_leaves_no_trace_and_reads_networks_of_double_precision(attack):
    pytest.importorskip("art")
    torch.manual_seed(0)
    model = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Dropout(), nn.Linear(8, 4))
    model[2].eval()
    model[1].weight.grad = torch.ones(8, 6)
    rows = np.random.default_rng(0).random((10, 6))
    modes, state = [module.training for module in model], {k: v.clone() for k, v in model.state_dict().items()}
    single = getattr(attacks, attack)(model, rows.astype(np.float32))
    assert [module.training for module in model] == modes
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert (model[1].weight.grad == 1).all()
    assert all(parameter.grad is None for parameter in [model[1].bias, *model[4].parameters()])
    double = getattr(attacks, attack)(model.double(), rows)
    assert double.dtype == np.float64
    before = attacks.predictions(model, rows)
    for attacked in (single.astype(np.float64), double):  # the searches part ways where rounding does
        assert (attacks.predictions(model, attacked) != before).mean() > 0.5


def test_of_a_linear_network_deepfool_finds_the_nearest_boundary():
    pytest.importorskip("art")
    torch.manual_seed(0)
    model = nn.Linear(6, 3)
    rows = np.random.default_rng(0).normal(size=(20, 6)).astype(np.float32)
    logits, weight = model(torch.from_numpy(rows)).detach().numpy(), model.weight.detach().numpy()
    first = logits.argmax(axis=1)
    gaps = [
        min((row[c] - row[k]) / np.linalg.norm(weight[c] - weight[k]) for k in range(3) if k != c)
        for row, c in zip(logits, first, strict=True)
    ]
    found = attacks.deepfool(model, rows, clip=None)
    assert (attacks.predictions(model, found) != first).all()
    np.testing.assert_allclose(lengths(found - rows), 1.02 * np.array(gaps), rtol=0.01)


def test_inputs_are_left_alone_by_networks_that_work_in_place():
    torch.manual_seed(0)
    model = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(6, 4))
    rows = np.random.default_rng(0).normal(size=(20, 6)).astype(np.float32)
    before = rows.copy()
    rows.flags.writeable = False  # as memory maps are
    attacks.predictions(model, rows)
    attacked = attacks.fgsm(model, rows, 0.1, clip=None)
    np.testing.assert_array_equal(rows, before)
    np.testing.assert_array_equal(attacked[rows < 0], rows[rows < 0])  # no gradient behind the ReLU
    plain = nn.Sequential(nn.ReLU(), model[1])
    np.testing.assert_array_equal(attacks.pgd(model, rows, 0.5, clip=None), attacks.pgd(plain, rows, 0.5, clip=None))


@pytest.mark.parametrize("attack", ATTACKS)
def test_dropout_and_batch_statistics_do_not_make_an_attack_random(attack):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.ReLU(), nn.Linear(8, 4))
    rows = np.random.default_rng(0).random((20, 6)).astype(np.float32)
    whole, parts = (ATTACKS[attack](model, rows, batch_size=size) for size in (20, 3))
    np.testing.assert_allclose(whole, parts, atol=1e-6)
    assert all(module.training for module in model.modules()) and not model[1].running_mean.any()


@pytest.mark.parametrize(
    "attack",
    [
        *ATTACKS.values(),
        lambda model, X: attacks.deepfool(model, X),
        lambda model, X: attacks.carlini_wagner(model, X),
        lambda model, X: attacks.equal_norm_noise(X, X + 1),
    ],
)
def test_values_outside_the_range_are_refused_and_not_cut_off(attack):
    pytest.importorskip("art")
    with pytest.raises(ValueError, match=r"within clip=\(0.0, 1.0\), and the inputs have values from .* or clip=None"):
        attack(MODEL, 3 * X - 1)


def test_without_the_toolbox_the_error_says_what_to_install(monkeypatch):
    original = builtins.__import__

    def without(name, *args, **options):
        if name.startswith("art"):
            raise ImportError(name)
        return original(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install 'sktopo\[attacks\]', or use fgsm or pgd"):
        attacks.deepfool(MODEL, X)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: attacks.fgsm(MODEL, X, -1), "'eps' of fgsm must be a number >= 0"),
        (lambda: attacks.pgd(MODEL, X, 1, norm="l1"), "'norm' of pgd must be 'linf' or 'l2'"),
        (lambda: attacks.fgsm(MODEL, (255 * X).astype(np.uint8), 1), "floating-point numbers.* Got type uint8"),
        (lambda: attacks.fgsm(MODEL, X * np.nan, 1), "with NaN or infinity"),
        (lambda: attacks.fgsm(MODEL, X, 0.1, y=[1, 2]), "y must hold one class for each of the 60 inputs"),
        (lambda: attacks.fgsm(MODEL, X, 0.1, y=np.full(60, 10)), "y holds class 10, and the network has 10 logits"),
        (lambda: attacks.fgsm(MODEL, X, 0.1, y=np.full(60, -100)), "integers from 0"),
        (lambda: attacks.fgsm(MODEL, X, 0.1, y=np.full(60, 0.5)), "integers from 0"),
        (lambda: attacks.fgsm(MODEL, X, 0.1, clip=(1, 0)), r"'clip' of fgsm must be .* least first. Got \(1, 0\)"),
        (lambda: attacks.fgsm(MODEL, X, 0.1, batch_size=0), "'batch_size' of an attack must be a positive integer"),
        (lambda: attacks.pgd(MODEL, X, 0.1, step_size=-1.0), "'step_size' of pgd must be a number > 0"),
        (lambda: attacks.fgsm(nn.Flatten(0), X, 0.1), "must give a matrix of logits.* It gave shape"),
        (lambda: attacks.fgsm(nn.LSTM(8, 3), X[:, 0], 0.1), "must give a matrix of logits.* It gave tuple"),
        (lambda: attacks.equal_norm_noise(X, X[:3]), "must have one shape"),
    ],
)
def test_what_cannot_be_attacked_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_inputs_of_double_precision_are_attacked_as_those_of_single():
    single, double = IMAGES[:20], IMAGES[:20].astype(np.float64)
    np.testing.assert_array_equal(attacks.predictions(MODEL, double), attacks.predictions(MODEL, single))
    for attack in (attacks.fgsm, attacks.pgd):
        found = attack(MODEL, double, 0.1)
        assert found.dtype == np.float64
        np.testing.assert_allclose(found, attack(MODEL, single, 0.1), atol=1e-6)


@pytest.mark.parametrize("steps", [0, -1, 2.5])
def test_a_wrong_number_of_steps_is_refused(steps):
    with pytest.raises(ValueError, match="'steps' of pgd must be a positive integer"):
        attacks.pgd(MODEL, IMAGES[:2], 0.1, steps=steps)
