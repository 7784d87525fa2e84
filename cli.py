"""The front door: builds the application through bootstrap, hands it to the rooms' commands.

Nothing heavy is imported until a command asks for it, so that `acquit --help` starts at once.
"""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING, Any

import click

from ledger.cli import commands as ledger_commands
from ledger.door import DEFAULT_LEDGER, Door
from projections.cli import commands as projection_commands

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.store.recorder import StoreRecorder

FAILED = 2
PIPE_CLOSED = 141  # What a shell says of a program ended by SIGPIPE.


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="acquit")
@click.option(
    "--actor",
    envvar="ACQUIT_ACTOR",
    default="cli",
    show_default=True,
    help="Who is acting: stands in every event. A role or an id, never a name.",
)
@click.pass_context
def acquit(context: click.Context, actor: str) -> None:
    """Acquit keeps the ledger of sales paid in instalments, from events that never change.

    The ledger is named by --ledger or ACQUIT_LEDGER: sqlite:///FILE or postgresql://USER@HOST/DB.

    \b
    Start here:
      acquit demo
      acquit init
      acquit record commands.jsonl
      acquit aging

    \b
    Exit status: 0 done, 1 something was refused or does not hold, 2 could not be done.
    Completion: eval "$(_ACQUIT_COMPLETE=bash_source acquit)" (also zsh_source, fish_source).
    """
    door: Door = context.obj
    door.actor = actor
    context.call_on_close(door.close)


def _choose_ledger(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    """Take --ledger wherever it stands; before any, ACQUIT_LEDGER, then the default."""
    door = context.ensure_object(Door)
    if value is not None:
        door.url, door.is_named = value, True


def _with_ledger_option(command: click.Command) -> None:
    """Let every command, however deep, take --ledger."""
    command.params.append(
        click.Option(
            ["--ledger"],
            metavar="URL",
            expose_value=False,
            callback=_choose_ledger,
            help=f"Which ledger. Default: ACQUIT_LEDGER, or {DEFAULT_LEDGER}.",
        )
    )
    if isinstance(command, click.Group):
        for nested in command.commands.values():
            _with_ledger_option(nested)


@acquit.command()
@click.option("--plans", default=16, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=61, show_default=True)
def demo(plans: int, seed: int) -> None:
    """Walk the whole way once, in a ledger of its own: sales, balances, aging, replay, checks.

    \b
    Examples:
      acquit demo
      acquit demo --plans 50 --seed 3
    """
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory(prefix="acquit-demo-") as folder:
        sales = Path(folder) / "sales.jsonl"
        ledger = ["--ledger", f"sqlite:///{folder}/demo.db"]
        _run(["init", "--simulated", "--entity", "Demo hosting company", *ledger])
        sales.write_text(_said(["simulate", "--plans", str(plans), "--seed", str(seed)]))
        _run(["record", str(sales), *ledger])
        year_end = ["--as-of", "2025-12-31"]
        _run(["balances", *year_end, *ledger])
        _run(["aging", "--by", "customer", *year_end, "--known-at", "2025-12-31", *ledger])
        click.echo("The same day, with what became known later:\n")
        _run(["aging", "--by", "customer", *year_end, *ledger])
        _run(["replay", _first_plan(sales), *ledger])
        _run(["check", *ledger])


def _run(arguments: list[str]) -> None:
    """Show a command as a user would type it, then what it says. Raises Exit if it fails."""
    shown = [word.rpartition("/")[2] for word in arguments[:-2]]
    click.secho(f"$ acquit {shlex.join(shown)}", bold=True)
    status = main(arguments)
    if status:
        raise click.exceptions.Exit(status)


def _said(arguments: list[str]) -> str:
    """Return what a command prints."""
    from contextlib import redirect_stdout
    from io import StringIO

    with redirect_stdout(StringIO()) as said:
        main(arguments)
    return said.getvalue()


def _first_plan(sales: Path) -> str:
    """Return the plan with the shortest story in which a payment bounced, else the first plan."""
    import json

    lines = [json.loads(line) for line in sales.read_text().splitlines()]
    opened = [line["plan"] for line in lines if line["command"] == "open_plan"]
    reversed_ = {line["payment"] for line in lines if line["command"] == "reverse_payment"}
    told = [line["plan"] for line in lines if line.get("payment") in reversed_ and "plan" in line]
    return str(min(told, key=lambda plan: _mentions(lines, plan)) if told else opened[0])


def _mentions(lines: list[dict[str, Any]], plan: str) -> int:
    return sum(1 for line in lines if line.get("plan") == plan)


def _open_ledger(url: str, actor: str) -> Any:
    from bootstrap import open_ledger

    return open_ledger(url, actor)


def _make_store(url: str) -> StoreRecorder:
    from bootstrap import make_store

    return make_store(url)


for _room in (ledger_commands, projection_commands):
    for _command in _room.commands.values():
        acquit.add_command(_command)
_with_ledger_option(acquit)


def main(arguments: list[str] | None = None) -> int:
    """Run a command line; return its exit status. Errors are a sentence, never a trace."""
    named = os.environ.get("ACQUIT_LEDGER")
    door = Door(_open_ledger, _make_store, named or DEFAULT_LEDGER, is_named=bool(named))
    try:
        status = acquit.main(arguments, prog_name="acquit", standalone_mode=False, obj=door)
    except click.exceptions.Abort:
        click.echo("Stopped. What was stored stays; run the same command again to go on.", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return FAILED
    except SystemExit:  # click's answer to a reader that has gone away, as `head` does.
        return PIPE_CLOSED
    except Exception as error:  # noqa: BLE001 - the one place where an error becomes a sentence
        click.echo(f"Error: {_sentence(error)}", err=True)
        return FAILED
    return status if isinstance(status, int) else 0


def _sentence(error: Exception) -> str:
    """Say what went wrong and what to do. Raises the error itself if ACQUIT_TRACE is set."""
    if os.environ.get("ACQUIT_TRACE"):
        raise error
    if type(error).__module__.partition(".")[0] in _OWN:
        return str(error)
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename or 'no file'}"
    if type(error).__module__.partition(".")[0] in _DATABASES:
        from ledger.store.database_errors import sentence

        return sentence(error)
    return f"unforeseen, {type(error).__name__}: {error} (set ACQUIT_TRACE=1 to see where)"


_OWN = frozenset({"ledger", "projections", "sync"})
_DATABASES = frozenset({"sqlalchemy", "sqlite3", "psycopg2"})


if __name__ == "__main__":
    sys.exit(main())
