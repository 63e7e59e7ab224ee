"""The README keeps its word: its code runs, its commands and names exist."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import sktopo

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def snippets(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


@pytest.mark.slow
def test_the_ten_lines_run_as_a_script_and_beat_chance(tmp_path):
    (snippet,) = snippets("python")
    script = tmp_path / "ten_lines.py"
    script.write_text(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{snippet}")
    threads = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, script], cwd=tmp_path, env=threads, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) > 0.6  # chance is 0.1


def test_make_targets_and_extras_exist():
    targets = set(re.findall(r"^(\w[\w-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([\w-]+)", README, re.MULTILINE))
    assert {"demo", "test"} <= named <= targets
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    asked = set(re.findall(r"-e \"\.\[([\w-]+)\]\"", README))
    assert asked and asked <= set(extras)


def test_what_is_here_is_here():
    table = README.split("## What is here")[1].split("\n\n")[1]
    names = re.findall(r"`([\w.]+)`", "".join(row.split("|")[1] for row in table.splitlines()[2:]))
    assert set(names) - {"sktopo.datasets"} == set(sktopo.__all__)
