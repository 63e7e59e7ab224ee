"""What has no entrance for Python is not called from Python, where it would crash."""

import ast
from pathlib import Path

import pytest

import sktopo

NUMERIC = Path(sktopo.__file__).parent / "_numeric"
COMPILED = {"inner", "inset", "kernel", "leaf"}


def decorators(function):
    return {node.id for node in function.decorator_list if isinstance(node, ast.Name)}


def functions_of(path):
    return [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]


def inner_functions():
    """(module, name) of every `inner`."""
    return {(p.stem, f.name) for p in NUMERIC.glob("*.py") for f in functions_of(p) if "inner" in decorators(f)}


def imported_from(path):
    """{name here: (module, name there)} of what a file has of the kernels' room, its own functions included."""
    tree = ast.parse(path.read_text())
    found = {f.name: (path.stem, f.name) for f in functions_of(path)} if path.parent == NUMERIC else {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sktopo._numeric."):
            found |= {a.asname or a.name: (node.module.rsplit(".", 1)[1], a.name) for a in node.names}
    return found


def test_there_are_functions_without_an_entrance():
    assert ("rows", "offer_rows") in inner_functions()


PLACES = ("sktopo", "tests", "benchmarks", "examples")
FILES = [path for place in PLACES for path in sorted((NUMERIC.parent.parent / place).rglob("*.py"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3:]))
def test_only_compiled_functions_call_them(path):
    known, without = imported_from(path), inner_functions()
    tree = ast.parse(path.read_text())
    is_compiled = [isinstance(n, ast.FunctionDef) and bool(decorators(n) & COMPILED) for n in tree.body]
    for statement in (s for s, compiled in zip(tree.body, is_compiled, strict=True) if not compiled):
        used = [n for n in ast.walk(statement) if isinstance(n, ast.Name) and known.get(n.id) in without]
        assert not used, f"{used[0].id} is used outside of a compiled function, line {used[0].lineno}"
