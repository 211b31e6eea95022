"""`ftguard manual`: what it lists, what it prints where, and that the README leads to its pages."""

import re
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.text import Text
from typer.testing import CliRunner

from ftguard.cli.main import app
from ftguard.cli.manual import manual, read_page, render, topics

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "ftguard" / "manual"
TOPICS = [
    "choice",
    "cost",
    "data",
    "deploying",
    "extending",
    "files",
    "judge",
    "leakage-and-tail",
    "play",
    "questions",
    "rating",
    "report",
    "setups",
    "statistics",
    "tracking",
]


def test_without_a_topic_each_page_is_listed_with_its_first_heading() -> None:
    """One line a page, its name first, then the words of its heading."""
    result = CliRunner().invoke(app, ["manual"])

    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert [line.split()[0] for line in lines] == TOPICS
    assert "judge             An LLM as judge" in lines


@pytest.mark.parametrize("topic", TOPICS)
def test_into_a_pipe_a_page_is_its_markdown(topic: str) -> None:
    """What is printed where no terminal is are the file's own characters."""
    result = CliRunner().invoke(app, ["manual", topic])

    assert result.exit_code == 0
    assert result.output == (MANUAL / f"{topic}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("topic", TOPICS)
def test_on_a_terminal_a_page_fits_80_columns(topic: str) -> None:
    """No laid-out line is wider, and the heading stands there without its Markdown sign."""
    page = Text.from_ansi(render(read_page(topic), colour=True)).plain

    assert max(cell_len(line) for line in page.splitlines()) <= 80
    assert topics()[topic] in page
    assert f"# {topics()[topic]}" not in page


def test_a_terminal_gets_the_laid_out_page(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where stdout is a terminal the command prints what `render` makes, not the Markdown."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    manual("judge")

    assert Text.from_ansi(capsys.readouterr().out).plain == (
        Text.from_ansi(render(read_page("judge"), colour=True)).plain
    )


def test_an_unknown_topic_is_answered_with_the_topics() -> None:
    """Exit code 2, nothing on stdout, and a message that names every topic."""
    result = CliRunner().invoke(app, ["manual", "qqq"])

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("ftguard: the manual has no topic `qqq`;")
    assert all(f"'{topic}'" in result.stderr for topic in TOPICS)


@pytest.mark.parametrize(
    ("topic", "page"),
    [
        ("tail", "leakage-and-tail"),
        ("leakage_and_tail", "leakage-and-tail"),
        ("Judge.md", "judge"),
        ("resume", "files"),
        ("watch", "files"),
        ("kappa", "judge"),
    ],
)
def test_a_topic_may_be_called_otherwise(topic: str, page: str) -> None:
    """A part of a name, a word of a heading whatever its ending, or a word of one page alone."""
    assert read_page(topic) == read_page(page)


def test_an_unclear_topic_is_answered_with_what_is_near() -> None:
    """A slip of the pen, and a word that several pages speak of."""
    for topic, told in (("statistix", "Did you mean `statistics`?"), ("edge", "several pages")):
        result = CliRunner().invoke(app, ["manual", topic])
        assert result.exit_code == 2
        assert told in result.stderr


def test_the_readme_is_short_and_leads_to_every_page() -> None:
    """It has at most 150 lines, and its links into the manual are exactly the pages there are."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    links = re.findall(r"\]\(ftguard/manual/([^)]+)\.md\)", readme)
    assert len(readme.splitlines()) <= 150
    assert sorted(set(links)) == TOPICS
    assert sorted(page.stem for page in MANUAL.iterdir()) == TOPICS
