"""The documentation quotes what was measured: its tables and numbers are those of benchmarks/results."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "plot_results.py"


@pytest.fixture(scope="module")
def plot_results():
    spec = importlib.util.spec_from_file_location("plot_results", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_and_numbers_of_the_docs_are_those_of_the_results(plot_results):
    for path, text in plot_results.written_texts(plot_results.read_results()).items():
        assert path.read_text() == text, f"{path} is out of date: run benchmarks/plot_results.py"


def test_readme_has_a_place_for_the_numbers(plot_results):
    readme = (SCRIPT.parents[1] / "README.md").read_text()
    assert len(plot_results.MARKS.findall(readme)) == 1


def test_numbers_keep_three_digits(plot_results):
    found = [plot_results._text(value) for value in (0.012345, 4.567, 123.4, 456676, 2040.2, True, None, "")]
    assert found == ["0.0123", "4.57", "123", "456,676", "2,040", "yes", "", ""]
