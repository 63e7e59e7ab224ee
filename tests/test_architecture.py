"""The rooms of the package and the arrows between them, read from the syntax trees."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import sktopo

PACKAGE = Path(sktopo.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

# room -> rooms of sktopo it may import from (itself always). `_base`, `_blas`, `_samples` and `_numeric` stand below
# everything.
MAY_IMPORT = {
    "_numeric": set(),
    "_base": set(),
    "_blas": set(),
    "_samples": set(),
    "activations": {"_base", "_samples"},
    "diagrams": {"_base", "_blas", "_samples", "_numeric"},
    "filtration": {"_base", "_blas", "_numeric", "diagrams"},
    "similarity": {"_base", "_blas", "_numeric", "diagrams"},
    # A detector is composed of the public stages; attacks run a network as extraction does.
    "detection": {"_base", "_numeric", "diagrams", "filtration", "activations"},
    "mapper": {"_base", "_numeric"},
    "datasets": set(),
    "plotting": {"_base", "diagrams", "filtration", "similarity", "detection", "mapper"},
    "interop": {"_base", "diagrams", "activations"},
}
MAY_IMPORT_TORCH = {"activations", "datasets"}
# Attacks follow gradients; these import torch inside functions.
ATTACKS = {PACKAGE / "detection" / "forward.py", PACKAGE / "detection" / "toolbox.py"}


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path):
    """Every module name that a file imports, inside functions too, relative imports made absolute."""
    package = ("sktopo", *path.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            yield ".".join(filter(None, (base, node.module))), node


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_import_arrows_point_down(path):
    room = room_of(path)
    if room == "__init__":
        return
    assert room in MAY_IMPORT, f"{room} is not a known room: give it a place in MAY_IMPORT"
    for name, node in imports_of(path):
        parts = name.split(".")
        if parts[0] == "sktopo" and len(parts) > 1:
            allowed = MAY_IMPORT[room] | {room}
            assert parts[1] in allowed, f"{path}:{node.lineno}: {room} must not import {parts[1]}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_torch_stays_in_its_rooms(path):
    found = [node.lineno for name, node in imports_of(path) if name.split(".")[0] == "torch"]
    allowed = room_of(path) in MAY_IMPORT_TORCH or path in ATTACKS
    assert not found or allowed, f"{path} imports torch in line {found[0]}"


@pytest.mark.parametrize("path", sorted((PACKAGE / "_numeric").glob("*.py")), ids=lambda path: path.name)
def test_kernels_import_numpy_and_numba_only(path):
    assert {name.split(".")[0] for name, _ in imports_of(path)} <= {"numpy", "numba", "sktopo", "math", "typing"}


def test_no_import_cycle_between_modules():
    graph = {}
    for path in MODULES:
        name = ".".join(("sktopo", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        graph[name] = {target for target, _ in imports_of(path) if target.startswith("sktopo.")}
    done, open_ = set(), []

    def visit(name):
        assert name not in open_, f"import cycle: {' -> '.join([*open_, name])}"
        if name in done or name not in graph:
            return
        open_.append(name)
        for target in graph[name]:
            visit(target)
        done.add(open_.pop())

    for name in graph:
        visit(name)


def run_python(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_import_loads_neither_torch_nor_matplotlib():
    code = (
        "import sys, sktopo;print([name for name in ('torch', 'matplotlib', 'gtda', 'pandas') if name in sys.modules])"
    )
    assert run_python(code) == "[]"


def test_filtrations_and_vectors_do_not_load_torch():
    code = (
        "import sys; from sktopo import Diagrams, GraphFiltration, PersistenceVectorizer;"
        "from sktopo import PersistenceDiagramDisplay;"
        "print([name for name in ('torch', 'matplotlib') if name in sys.modules])"
    )
    assert run_python(code) == "[]"


def test_every_public_name_resolves_and_is_documented():
    for name in sktopo.__all__:
        thing = getattr(sktopo, name)
        assert thing.__doc__ and thing.__doc__.strip(), f"{name} has no docstring"
        assert thing.__module__.startswith("sktopo."), name


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Activation'"):
        sktopo.Activation  # noqa: B018
