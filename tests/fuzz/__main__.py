"""`python -m tests.fuzz commands|events|bundle [--inputs N] [--seed N] [--save FOLDER]`.

Inputs are made by atheris (in the extra `fuzz`), guided by which code they reach. Exit status 1,
and the input in a file, where a promise is broken; `--again FILE` runs that one, without atheris.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent.parent
NAMES = ("bundle", "commands", "events")
LONGEST_BYTES = 4096
_COUNT = re.compile(r"^#(\d+)\s", re.MULTILINE)


@click.command()
@click.argument("name", type=click.Choice(NAMES))
@click.option("--inputs", type=click.IntRange(min=1), default=1_000_000, show_default=True)
@click.option("--seed", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--save", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--again", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(name: str, inputs: int, seed: int, save: Path, again: Path | None) -> None:
    """Try to break the promise of NAME; say how many inputs ran, and how long."""
    if again is not None:
        from tests.fuzz.targets import TARGETS

        TARGETS[name](again.read_bytes())
        click.echo(f"{name}: the promise held")
        return
    if find_spec("atheris") is None:
        message = "atheris is missing: pip install -e '.[fuzz]' (the suite runs without it)"
        raise click.ClickException(message)
    save.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    status, said = _run(name, inputs, seed, save.resolve() / f"{name}-")
    seconds = time.monotonic() - started
    ran = max(map(int, _COUNT.findall(said)), default=0)
    click.echo(f"{name}: {ran} inputs in {seconds:.0f} s, {ran / seconds:.0f} a second")
    if status:
        click.echo(said[max(said.find("=== Uncaught"), 0) :], err=True)
        sys.exit(1)


def _run(name: str, inputs: int, seed: int, artifact: Path) -> tuple[int, str]:
    """Run atheris; return its exit status and all that it said."""
    options = [f"-runs={inputs}", f"-seed={seed}", f"-max_len={LONGEST_BYTES}"]
    options += [f"-artifact_prefix={artifact}", "-timeout=60", "-rss_limit_mb=2000"]
    with tempfile.TemporaryDirectory(prefix="acquit-fuzz-") as corpus:
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.guided", name, *options, corpus],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            cwd=ROOT,
        )
    return done.returncode, done.stdout.decode(errors="replace")


if __name__ == "__main__":
    main()
