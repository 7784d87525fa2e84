"""Bad lines are answered one by one, with their number and the reason, and store nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

import cli
from ledger.command_file import parse
from ledger.terms.refusals import Refusal
from tests.command_line.lines import CASES, PAYMENT, PRELUDE, payment

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.command_line.conftest import Line, Shell


def _bytes(line: bytes | Line) -> bytes:
    return line if isinstance(line, bytes) else json.dumps(line).encode()


def _good(number: int) -> Line:
    return PAYMENT | {"id": f"good-{number}", "payment": f"pay-good-{number}"}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_line_is_answered_with_its_number_and_stores_nothing(shell: Shell, case: str) -> None:
    """The reason is on standard error, the status is 1, the lines around it are stored."""
    assert shell.record(PRELUDE).status == 0
    size, keys = shell.stored()
    bad, reason = CASES[case]
    lines = [_bytes(_good(1)), _bytes(bad), _bytes(_good(2))]
    said = shell.record(b"\n".join(lines) + b"\n")
    assert said.status == 1
    assert said.err.startswith("line 2")
    assert reason in said.err
    assert said.out == "2 accepted (2 events), 0 accepted before, 1 refused\n"
    assert shell.stored() == (size + 2, keys | {"good-1", "good-2"})


def test_all_bad_lines_at_once_are_answered_each(each_shell: Shell) -> None:
    """Every case in one file between good lines: as many refusals, in order, nothing else lost."""
    each_shell.record(PRELUDE)
    size, keys = each_shell.stored()
    content = bytearray()
    for number, (bad, _) in enumerate(CASES.values()):
        content += _bytes(bad) + b"\n" + _bytes(_good(number)) + b"\n"
    said = each_shell.record(bytes(content), "--format", "json")
    answer = said.json()
    assert said.status == 1
    assert [refused["line"] for refused in answer["refused"]] == [*range(1, 2 * len(CASES), 2)]
    for refused, (_, reason) in zip(answer["refused"], CASES.values(), strict=True):
        assert reason in refused["message"]
    assert (answer["accepted"], answer["events"]) == (len(CASES), len(CASES))
    assert each_shell.stored() == (
        size + len(CASES),
        keys | {f"good-{n}" for n in range(len(CASES))},
    )


def test_a_refusal_has_a_stable_code_for_programs(shell: Shell) -> None:
    """JSON and CSV name line, id, code and message of each refusal."""
    content = [_good(1), payment(amount="-1")]
    refused = shell.record(content, "--format", "json").json()["refused"]
    assert refused == [
        {
            "line": 2,
            "id": "bad",
            "error": "amount_must_be_positive",
            "message": "-1 must be above zero: a reduction has a command of its own",
        }
    ]
    rows = shell.record(content, "--format", "csv").out.splitlines()
    assert rows[0] == "line,id,error,message"
    assert rows[1].startswith("2,bad,amount_must_be_positive,")


def test_strict_stops_at_the_first_refusal(each_shell: Shell) -> None:
    """With --strict what stands before the bad line is stored, and nothing after it."""
    size, _ = each_shell.stored()
    said = each_shell.record([_good(1), payment(amount="0"), _good(2), payment()], "--strict")
    assert said.status == 1
    assert said.err.count("line ") == 1
    assert said.out == "1 accepted (1 events), 0 accepted before, 1 refused\n"
    assert each_shell.stored() == (size + 1, {"good-1"})


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"\r\n\r\n", b"  \t \n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"],
    ids=["empty", "line end", "CRLF", "blanks", "byte-order mark", "mark and line end"],
)
def test_a_file_without_lines_is_no_error(shell: Shell, content: bytes) -> None:
    """Nothing is stored, nothing is said on standard error."""
    said = shell.record(content)
    assert (said.status, said.err) == (0, "")
    assert said.out == "0 accepted (0 events), 0 accepted before, 0 refused\n"


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\n\n"], ids=["plain", "mark", "blank"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\n\n \n"], ids=["LF", "CRLF", "blank"])
@pytest.mark.parametrize("last", [b"", b"\n"], ids=["no last line end", "last line end"])
def test_files_of_every_system_are_read(
    shell: Shell, start: bytes, end: bytes, last: bytes
) -> None:
    """A byte-order mark, CRLF, blank lines and a last line without its end do not matter."""
    said = shell.record(start + end.join([_bytes(_good(1)), _bytes(_good(2))]) + last)
    assert (said.status, said.err) == (0, "")
    assert shell.stored()[1] == {"good-1", "good-2"}


def test_blank_lines_count(shell: Shell) -> None:
    """The number of a bad line is the one that an editor shows."""
    content = b"\n\r\n" + _bytes(_good(1)) + b"\n\n" + _bytes(payment(amount="0")) + b"\n"
    assert shell.record(content).err.startswith("line 5 (id bad): ")


@pytest.mark.parametrize("cut", [1, 10, 60, len(_bytes(payment())) - 1])
def test_a_last_line_that_was_cut_off_is_named_as_such(shell: Shell, cut: int) -> None:
    """What stands before it is stored; sent again whole, only the last line is new."""
    whole = _bytes(_good(1)) + b"\n" + _bytes(payment())
    said = shell.record(whole[: len(whole) - len(_bytes(payment())) + cut])
    assert said.status == 1
    assert said.err.startswith("line 2: the file ends in the middle of this line")
    again = shell.record(whole)
    assert (again.status, again.out) == (0, "1 accepted (1 events), 1 accepted before, 0 refused\n")


def test_standard_input_is_read_like_a_file(shell: Shell) -> None:
    """`-` takes lines from standard input, with the same numbers."""
    content = _bytes(_good(1)) + b"\nnonsense\n" + _bytes(_good(2)) + b"\n"
    command = [sys.executable, cli.__file__, "record", "-", "--ledger", shell.url]
    ran = subprocess.run(command, input=content, capture_output=True, check=False)
    assert ran.returncode == 1
    assert ran.stderr.startswith(b"line 2: ")
    assert shell.stored()[1] == {"good-1", "good-2"}


def test_a_real_ledger_has_its_own_recording_time(
    new_shell: Callable[[str], Shell], new_url: Callable[[], str]
) -> None:
    """`recorded` is refused there, on a line or as option; lines without it are stored."""
    real = new_shell(new_url())
    real.on_ledger("init")
    said = real.record([_good(1), payment(recorded="2026-02-01T00:00:00Z")])
    assert said.status == 1
    assert said.err.startswith("line 2 (id bad): this ledger records in real time: leave out")
    assert real.record([_good(2)], "--recorded", "2026-02-01T00:00:00Z").status == 1
    assert real.stored()[1] == {"good-1"}


def test_recorded_is_given_for_lines_that_have_none(shell: Shell) -> None:
    """--recorded stamps those lines, in a simulated ledger; a wrong one is a refusal of each."""
    lines = [_good(1), _good(2) | {"recorded": "2026-03-02T00:00:00Z"}]
    assert shell.record(lines, "--recorded", "2026-03-01T12:00:00Z").status == 0
    steps = shell.on_ledger("replay", "payment:pay-good-1", "--format", "json").json()
    assert steps[0]["recorded_at"] == "2026-03-01T12:00:00.000000Z"
    said = shell.record([_good(3)], "--recorded", "tomorrow")
    assert said.status == 1
    assert "line 1 (id good-3): field 'recorded': 'tomorrow' is not a timestamp" in said.err


def test_recorded_never_goes_back_and_the_rest_goes_on(each_shell: Shell) -> None:
    """A line recorded before the last one is refused; what follows is stored."""
    times = ["2026-02-02T00:00:00Z", "2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z"]
    lines = [_good(number) | {"recorded": moment} for number, moment in enumerate(times)]
    said = each_shell.record(lines)
    assert said.status == 1
    assert said.err.startswith("line 2 (id good-1): recorded 2026-02-01T00:00:00.000000Z is before")
    assert each_shell.stored()[1] == {"good-0", "good-2"}


def test_nesting_of_any_depth_is_a_refusal() -> None:
    """Just above, at and below what the reader can hold, a line is read or refused, no more."""
    for levels in range(500, 1100):
        with suppress(Refusal):
            parse(b'{"x":' + b"[" * levels + b"]" * levels + b"}")


@pytest.mark.parametrize("other", [{}, {"payment": "pay-other"}], ids=["same", "other content"])
def test_an_id_refused_for_its_time_serves_later_in_the_same_file(
    each_shell: Shell, other: Line
) -> None:
    """A line recorded too early stores nothing, not even its id: sent again, it is accepted."""
    times = ["2026-02-02T00:00:00Z", "2026-02-01T00:00:00Z", "2026-02-03T00:00:00Z"]
    ids = [{"id": "a", "payment": "pay-a"}, {"id": "b"}, {"id": "b", **other}]
    lines = [
        PAYMENT | names | {"recorded": moment} for names, moment in zip(ids, times, strict=True)
    ]
    said = each_shell.record(lines)
    assert said.out == "2 accepted (2 events), 0 accepted before, 1 refused\n"
    assert each_shell.stored()[1] == {"a", "b"}


def test_a_line_behind_one_refused_for_its_time_keeps_its_turn(each_shell: Shell) -> None:
    """A refusal for time takes nothing with it: neither the plan's next line nor the one after."""
    each_shell.record(PRELUDE)
    fee = {"command": "charge_fee", "on": "2026-02-01", "plan": "P-1", "kind": "late_fee"}
    times = ["2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-03T00:00:00Z"]
    lines = [fee | {"id": f"fee-{n}", "amount": "1.00", "recorded": t} for n, t in enumerate(times)]
    lines[2] = _good(1) | {"recorded": times[2]}
    said = each_shell.record(lines)
    assert said.out == "2 accepted (2 events), 0 accepted before, 1 refused\n"


def test_strict_stops_at_a_line_recorded_too_early(each_shell: Shell) -> None:
    """With --strict nothing after a line that goes back in time is stored either."""
    times = ["2026-02-02T00:00:00Z", "2026-02-01T00:00:00Z", "2026-02-03T00:00:00Z"]
    lines = [_good(number) | {"recorded": moment} for number, moment in enumerate(times)]
    assert each_shell.record(lines, "--strict").status == 1
    assert each_shell.stored()[1] == {"good-0"}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"])
def test_a_moment_outside_the_calendar_is_a_refusal(each_shell: Shell, moment: str) -> None:
    """In UTC it is in the year 0 or 10000; the lines around it are stored, reports go on."""
    said = each_shell.record([_good(1), payment(recorded=moment), _good(2)])
    assert said.status == 1
    assert said.err.startswith("line 2 (id bad): field 'recorded': ")
    assert each_shell.stored()[1] == {"good-1", "good-2"}
    assert each_shell.on_ledger("aging").status == 0


@pytest.mark.parametrize("identity", ["a\nline 9: all is well", "a\u202eb", "x" * 100_000])
def test_a_bad_id_cannot_write_on_the_terminal(shell: Shell, identity: str) -> None:
    """An id that is refused is shown, if at all, escaped and cut short, in its own answer."""
    said = shell.record([payment(id=identity)])
    assert said.err.count("\n") == 1
    assert said.err.rstrip("\n").isprintable()
    assert len(said.err) < 1000


def test_decimals_are_counted_however_many_there_are(shell: Shell) -> None:
    """1.000...1 with 35 zeros is not 1.00."""
    said = shell.record([payment(amount="1." + "0" * 35 + "1")])
    assert said.status == 1
    assert "more decimals than EUR has (2)" in said.err


@pytest.mark.parametrize("last", [b'{"id":"a","id":"b"}', b"[1, 2]", b'{"id":NaN}'])
def test_a_whole_last_line_is_not_said_to_be_cut_off(shell: Shell, last: bytes) -> None:
    """A last line that lacks only its line end gets the reason that any other line gets."""
    said = shell.record(last)
    assert "the file ends in the middle" not in said.err
    assert said.err == shell.record(last + b"\n").err


def test_a_last_line_cut_inside_a_character_is_named_as_cut_off(shell: Shell) -> None:
    """Half a character at the end of a file is a cut, not a wrong encoding."""
    said = shell.record('{"id":"caf\u00e9'.encode()[:-1])
    assert said.err.startswith("line 1: the file ends in the middle of this line")


def test_a_plan_is_not_given_up_before_it_was_agreed(shell: Shell) -> None:
    """A write-off dated before its plan is refused, like a cancellation."""
    shell.record(PRELUDE)
    line = {"command": "write_off", "id": "bad", "on": "2025-12-31", "plan": "P-1", "reason": "r"}
    assert shell.record([line | {"command": "cancel_plan", "id": "no"}]).status == 1
    assert shell.record([line]).status == 1


def test_nothing_is_recovered_before_it_was_written_off(shell: Shell) -> None:
    """A recovery dated before the write-off is refused."""
    shell.record(PRELUDE)
    lost = {"command": "write_off", "id": "lost", "on": "2026-06-01", "plan": "P-1", "reason": "r"}
    found = payment(command="recover", plan="P-1", on="2026-05-31")
    assert shell.record([lost, found]).status == 1
