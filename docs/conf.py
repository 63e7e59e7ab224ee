"""Sphinx configuration. The build needs no network and treats warnings as errors (make docs)."""

import os

import sktopo

os.environ.setdefault("SKTOPO_OUTPUT", os.path.join(os.path.dirname(__file__), "_build", "demo_output"))

project = "sktopo"
author = "The sktopo developers"
copyright = "2026, The sktopo developers"
version = release = sktopo.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "README.md"]
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = "sktopo"
html_show_sourcelink = False

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"plot_",
    "show_memory": False,
    "min_reported_time": 0,
    "download_all_examples": False,
    "write_computation_times": False,
}
