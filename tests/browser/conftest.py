"""One chromium for all browser tests; every page is watched for errors and requests, whatever the test is about.

With SKTOPO_BROWSER=required, as in continuous integration, a missing browser is an error and not a reason to skip.
"""

import os
from contextlib import ExitStack

import pytest
from threadpoolctl import threadpool_limits

from tests.browser import chromium, graphs
from tests.browser.driver import Explorer


def pytest_collection_modifyitems(items):
    reason = chromium.missing()
    if reason is None or os.environ.get("SKTOPO_BROWSER") == "required":
        return
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser():
    if reason := chromium.missing():
        raise RuntimeError(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = chromium.launch(playwright)
        yield found
        found.close()


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """Path of the page of some graphs, written once for the same key."""
    from sktopo import explore

    folder, paths = tmp_path_factory.mktemp("pages"), {}

    def write(key, make):
        if key not in paths:
            content, options = make()
            with threadpool_limits(1):  # threads that wait for each other on a busy machine take minutes
                paths[key] = explore(content, folder / f"page{len(paths)}.html", **options)
        return paths[key]

    return write


class Watch:
    """What a page asked for and complained of."""

    def __init__(self, page):
        self.page, self.errors, self.requests = page, [], []
        page.on("console", lambda message: message.type in ("error", "warning") and self.errors.append(message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("websocket", lambda socket: self.requests.append(socket.url))
        page.on("dialog", lambda dialog: (self.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def check(self, own):
        assert not self.errors, self.errors
        foreign = [url for url in self.requests if not url.startswith((own, "data:", "blob:"))]
        assert not foreign, foreign
        assert self.page.evaluate("() => window.hacked === undefined"), "a label was run as code"


@pytest.fixture
def open_page(browser, written):
    """Open pages in a window of their own: ``open_page(key, make)``, where ``make()`` is what explore is given."""
    with ExitStack() as stack:
        watches = []

        def open_(key, make, *, fragment="", wait=True, **options):
            path = written(key, make)
            options = {"viewport": {"width": 1500, "height": 1000}, "reduced_motion": "reduce", **options}
            context = browser.new_context(offline=True, accept_downloads=True, **options)
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(20_000)  # of a busy machine
            watches.append((Watch(page), path.as_uri()))
            page.goto(path.as_uri() + fragment)
            return Explorer(page, wait)

        yield open_
        for watch, own in watches:
            watch.check(own)


def plain():
    options = dict(
        y=graphs.classes(), images=graphs.images(), names=graphs.names(), columns=graphs.columns(), points=_points()
    )
    return graphs.graphs(), options


def _points():
    return graphs.mapper().clouds(graphs.activations())


@pytest.fixture
def explorer(open_page):
    """The page of the three layers, with images, names, columns and points."""
    return open_page("plain", plain)
