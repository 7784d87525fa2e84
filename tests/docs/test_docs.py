"""What the documents say is what the program does."""

from __future__ import annotations

import io
import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from bootstrap import Acquit
from cli import main
from ledger.answers import Verdict
from ledger.books.accounts import chart_of, packaged_chart
from ledger.command_file import lines
from tests.docs import errors, posting_rules

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the README's fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_start_is_two_command_lines() -> None:
    """The block under Start has two lines: one walks the demo, one runs the tests."""
    start = README.split("## Start")[1].split("```")[1].splitlines()[1:]
    assert len(start) == 2
    assert start[0].endswith("acquit demo")
    assert "-m pytest" in start[1]


def test_ci_runs_the_two_lines_of_the_readme() -> None:
    """The filter in .ci/run picks just the lines of the block under Start."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    program = re.search(r"awk '(.*?)' README.md", script)
    assert program is not None
    picked = subprocess.run(
        ["awk", program[1], "README.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert picked.stdout == README.split("## Start")[1].split("```sh\n")[1].split("```")[0]


@pytest.mark.parametrize("line", blocks("sh")[1].splitlines())
def test_every_command_shown_exists(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each `acquit` line of the README names a command and options that it has."""
    words = shlex.split(line)
    assert words[0] == "acquit"
    path = [words[1]] if words[1] != "export" else words[1:3]
    assert main([*path, "--help"]) == 0
    told = capsys.readouterr().out
    assert all(word in told for word in words if word.startswith("--"))


def test_the_command_file_shown_is_accepted(acquit: Acquit) -> None:
    """The lines of JSON in the README are carried out as they stand."""
    (block,) = blocks("json")
    results = list(acquit.application.record(lines(io.BytesIO(block.encode()))))
    assert [result.verdict for result in results] == [Verdict.ACCEPTED] * 3
    assert all(json.loads(line)["id"] for line in block.splitlines())


def test_the_table_of_refusals_is_current() -> None:
    """docs/errors.md is what `python -m tests.docs.errors` writes."""
    assert (ROOT / "docs" / "errors.md").read_text(encoding="utf-8") == errors.text()


def test_the_posting_rules_shown_are_the_packaged_ones() -> None:
    """docs/posting-rules.md is what `python -m tests.docs.posting_rules` writes."""
    shown = (ROOT / "docs" / "posting-rules.md").read_text(encoding="utf-8")
    assert shown == posting_rules.text(posting_rules.packaged())


def test_a_third_book_is_a_column_more() -> None:
    """A chart with a rule of its own gets its column, and its difference is told."""
    own = {"event": "PayoutSent", "journal": "cash", "narration": "{payout}", "legs": []}
    own["legs"] = ["debit bank money", "credit clearing money"]
    given = packaged_chart("generic")
    third = chart_of({**given, "book": "third", "rules": [*given["rules"], own]})
    told = posting_rules.text([*posting_rules.packaged(), third])
    assert "|  | role | generic | pcg | third | amount | which is |" in told
    assert "[PayoutSent](#payoutsent)" in told
    assert "| Dr | bank |  |  | 1000 | money |" in told


def test_links_lead_somewhere() -> None:
    """Every relative link of the README names a file or folder that is there."""
    for target in re.findall(r"\]\(((?!http)[^)]+)\)", README):
        assert (ROOT / target).exists(), target
