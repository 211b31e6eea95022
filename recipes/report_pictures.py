"""Pictures of a run's report, as the manual and the README show it.

    ftguard demo && python recipes/report_pictures.py ftguard-demo/reckless pictures

Takes Playwright and a Chromium (`pip install playwright`, `apt-get install chromium`); offline.
"""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from ftguard.report.writing import write_report

DESK = (1280, 900)
PHONE = (390, 844)
SECTIONS = ("answer", "gain", "answers", "tail", "confidence", "change", "course")


def take(browser: Browser, page_file: Path, out: Path) -> None:
    """The page on a desk, on a phone, in the dark and on paper, and its sections by themselves."""
    for name, (width, height), look in (
        ("desk", DESK, "light"),
        ("phone", PHONE, "light"),
        ("dark", DESK, "dark"),
    ):
        page = browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if look == "dark" else "light",
        )
        page.goto(page_file.as_uri())
        page.wait_for_load_state()
        page.screenshot(path=out / f"{name}.png")
        page.screenshot(path=out / f"{name}-whole.png", full_page=True)
        if name == "desk":
            # The list of all answers is made when it is come to, and moves what is below.
            page.locator("#all-1").scroll_into_view_if_needed()
            page.wait_for_selector(".row")
            for section in SECTIONS:
                page.locator(f"#{section}-1").screenshot(path=out / f"{section}.png")
            page.pdf(path=out / "paper.pdf", format="A4", print_background=True)
        page.close()


def main() -> None:
    """Write the report anew and take its pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("run", type=Path, help="the run's output directory")
    parser.add_argument("out", type=Path, help="where the pictures go")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    page_file = write_report(args.run, args.out.resolve() / "report.html")
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        take(browser, page_file, args.out)
        browser.close()
    print(f"pictures in {args.out}")


if __name__ == "__main__":
    main()
