"""Names of values: the same in every pass, whatever is done with the values meanwhile."""

import threading

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from sktopo.activations.calls import CallWatcher, flatten_tensors, function_name


class Net(nn.Module):
    """A forward written by hand, around named modules."""

    def __init__(self, run, **modules):
        super().__init__()
        self.run = run
        for name, module in modules.items():
            setattr(self, name, module)
        self.eval()

    def forward(self, x):
        return self.run(self, x)


def names_of(model, x, on_value=lambda name, tensor: None):
    names = []

    def note(name, tensor):
        names.append(name)
        on_value(name, tensor)

    with torch.no_grad(), CallWatcher(model, on_value=note) as watcher:
        watcher.name_inputs((x,))
        model(x)
    return names


def test_values_are_named_after_modules_and_after_functions_in_their_module():
    inner = Net(lambda self, x: F.relu(self.fc(x)) + x, fc=nn.Linear(3, 3))
    model = Net(lambda self, x: torch.flatten(self.block(x), 1) * 2, block=inner)
    expected = ["input", "block.fc", "block.relu()", "block.add()", "block", "flatten()", "mul()"]
    assert names_of(model, torch.ones(1, 3)) == expected


def test_later_calls_of_one_name_are_counted():
    model = Net(lambda self, x: self.act(self.act(F.relu(F.relu(x)))), act=nn.ReLU())
    assert names_of(model, torch.ones(1, 3)) == ["input", "relu()", "relu():1", "act", "act:1"]


def test_a_network_that_is_one_layer_names_its_call():
    assert names_of(nn.Linear(3, 2), torch.ones(1, 3)) == ["input", "linear()"]


def test_what_a_callback_computes_gets_no_name_and_no_count():
    model = Net(lambda self, x: self.fc(x).detach().to(torch.float64).clone(), fc=nn.Linear(3, 2))

    def busy(name, tensor):
        tensor.detach().to(torch.float64, copy=True).clone().add_(1)

    assert names_of(model, torch.ones(1, 3), busy) == names_of(model, torch.ones(1, 3))


def test_an_exception_that_the_network_catches_does_not_disturb_names():
    def run(self, x):
        try:
            self.wrong(x)
        except RuntimeError:
            return F.relu(self.fc(x))

    model = Net(run, wrong=nn.Linear(7, 3), fc=nn.Linear(3, 2))
    assert names_of(model, torch.ones(1, 3)) == ["input", "fc", "relu()"]


def test_hooks_are_gone_after_an_exception():
    model = Net(lambda self, x: self.fc(x), fc=nn.Linear(7, 3))
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        names_of(model, torch.ones(1, 3))
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_threads_sharing_a_network_do_not_hear_each_other():
    barrier = threading.Barrier(4)
    model = Net(lambda self, x: (barrier.wait(), F.relu(self.fc(x)))[1], fc=nn.Linear(3, 2))
    found = [None] * 4

    def work(i):
        found[i] = names_of(model, torch.ones(1, 3))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["input", "fc", "relu()"]] * 4


@pytest.mark.filterwarnings("ignore:.*torch.jit.script:DeprecationWarning")
def test_a_scripted_part_does_not_stop_the_watching():
    model = Net(lambda self, x: self.fc(self.part(x)), part=torch.jit.script(nn.ReLU()), fc=nn.Linear(3, 2))
    assert names_of(model, torch.ones(1, 3)) == ["input", "fc"]


def test_parts_of_nested_results_have_paths():
    tensor = torch.ones(1)
    names = [name for name, _ in flatten_tensors("out", (tensor, [tensor, {"key": tensor}], None, "text"))]
    assert names == ["out[0]", "out[1][0]", "out[1][1][key]"]


@pytest.mark.parametrize(
    "func, expected",
    [
        (torch.Tensor.__iadd__, ("add", True)),
        (torch.Tensor.__add__, ("add", False)),
        (torch.Tensor.relu_, ("relu", True)),
        (torch.Tensor.__setitem__, ("setitem", True)),
        (torch.Tensor.T.__get__, ("T", False)),
        (F.relu, ("relu", False)),
    ],
)
def test_functions_have_plain_names(func, expected):
    assert function_name(func) == expected
