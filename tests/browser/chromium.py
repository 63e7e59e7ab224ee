"""The browser that the tests drive: where it is, or why there is none."""

import importlib.util
import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"]


def executable():
    """Path of a chromium: that of SKTOPO_CHROMIUM, or the first of its usual names, or None."""
    return os.environ.get("SKTOPO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def missing():
    """Why the browser tests cannot run, as a sentence with a cure, or None."""
    if importlib.util.find_spec("playwright") is None:
        return "The browser tests need playwright: pip install 'sktopo[browser]'."
    if executable() is None:
        return "The browser tests need chromium: apt-get install chromium, or set SKTOPO_CHROMIUM to its path."
    return None


def launch(playwright):
    return playwright.chromium.launch(executable_path=executable(), headless=True, args=ARGUMENTS)
