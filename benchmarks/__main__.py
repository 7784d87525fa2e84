"""`python -m benchmarks NAME [--quick]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

import click

from benchmarks import append, bulk, store
from benchmarks.figures import Figure, publish
from benchmarks.places import places

BENCHMARKS: Mapping[str, Callable[..., list[Figure]]] = {
    "append": append.run,
    "bulk": bulk.run,
    "store": store.run,
}


@click.command()
@click.argument("name", type=click.Choice(sorted(BENCHMARKS)))
@click.option("--quick", is_flag=True, help="Under a minute; good for ratios only.")
def main(name: str, *, quick: bool) -> None:
    """Measure NAME beside its peer and its limit; print a table and write it to results."""
    with places() as where:
        figures = BENCHMARKS[name](where, quick=quick)
    click.echo(f"Written to {publish(name, figures)}", err=True)


if __name__ == "__main__":
    sys.exit(main())
