"""The command `acquit adopt`: rules of a book, or a policy, from a day on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ledger.door import Door
from ledger.options import day_given, moment_given

if TYPE_CHECKING:
    from ledger.answers import Result

pass_door = click.make_pass_decorator(Door)
SINCE = click.option("--from", "since", required=True, metavar="D", help="The first day.")
RECORDED = click.option("--recorded", help="Recording time, in a simulated ledger.")


@click.group()
def adopt() -> None:
    """Let rules or policies take effect from a day on, never in a closed month."""


@adopt.command()
@click.argument("book")
@SINCE
@RECORDED
@pass_door
def rules(door: Door, book: str, since: str, recorded: str | None) -> None:
    """Adopt the chart and posting rules of BOOK: a packaged one, or a chart file of your own.

    They post what is recorded from now on and dated from that day on; a third book is a file.

    \b
    Examples:
      acquit adopt rules pcg --from 2027-01-01
      acquit adopt rules ./ifrs.toml --from 2027-01-01
    """
    from ledger.adopting import adopt_rules, chart_from

    content = chart_from(book)
    result = adopt_rules(door.application, content, day_given(since), _recorded(door, recorded))
    _say(result, f"rules of {content['book']!r}", since)


@adopt.command()
@click.argument("kind", type=click.Choice(["approval", "provision"]))
@click.argument("file")
@SINCE
@RECORDED
@pass_door
def policy(door: Door, kind: str, file: str, since: str, recorded: str | None) -> None:
    """Adopt a policy from FILE, in TOML.

    "approval" sets limits above which a refund or a write-off needs an approver: tables [refund]
    and [write_off], with lines such as EUR = "500.00"; under [reopen_period], approver = true asks
    for one whenever a month is opened again. "provision" says what is expected to be
    lost, by age: a file, or a packaged policy (standard, history); see acquit provision.

    \b
    Examples:
      acquit adopt policy approval limits.toml --from 2027-01-01
      acquit adopt policy provision history --from 2027-01-01
    """
    from ledger.adopting import adopt_policy, policy_from

    content = policy_from(kind, file)
    result = adopt_policy(
        door.application, kind, content, day_given(since), _recorded(door, recorded)
    )
    _say(result, f"policy {kind!r}", since)


def _recorded(door: Door, text: str | None) -> int | None:
    from ledger.refusals import RecordedNotAllowed

    identity = door.application.identity
    if text is not None and not identity.simulated:
        raise RecordedNotAllowed
    return moment_given(text, identity.zone)


def _say(result: Result, what: str, since: str) -> None:
    adopted = "Adopted" if result.events else "Adopted already:"
    click.echo(f"{adopted} the {what} from {since} on")
