"""The drawings of the play page, by the module that draws them, in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

import ftguard.play

STATIC = Path(ftguard.play.__file__).parent / "pages" / "static"
TICKS = """async ([most, least]) => {
  const { chart, percents } = await import("/charts.js");
  const points = [{ step: 0, value: 0, low: 0, high: 0, state: "" }];
  const drawn = chart({
    title: "t", series: [{ label: "l", kind: "k", points }], steps: 10, show: percents,
    reach: [least, most], ends: [-1, 1],
  });
  return [...drawn.querySelectorAll("text.tick[text-anchor=end]")]
    .map((each) => each.textContent).filter((text) => text.includes("%"));
}"""


def _serve(route: Route) -> None:
    name = route.request.url.rpartition("/")[2]
    if name:
        route.fulfill(path=STATIC / name, content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>charts</title>", content_type="text/html")


@pytest.mark.parametrize(
    ("most", "least"), [(0.0, 0.0), (0.0004, 0.0), (0.004, -0.003), (0.03, 0.0), (0.9, -0.2)]
)
def test_numbers_along_an_axis_differ(chromium: Browser, most: float, least: float) -> None:
    """Also where nothing is measured yet, or next to nothing: no two read `0 %`."""
    page = chromium.new_page()
    page.route("**/*", _serve)
    page.goto("http://charts.test/")
    found = page.evaluate(TICKS, [most, least])
    page.close()
    assert len(found) > 1
    assert len(set(found)) == len(found)
