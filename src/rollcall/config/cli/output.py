"""What commands print: JSON for programs, tables and progress bars for people."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import click
import orjson
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table


def print_json(value: object) -> None:
    """One line of JSON on standard output."""
    click.echo(orjson.dumps(value, default=str).decode())


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A plain table on standard output, cut to the terminal's width."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    # A file or a pipe has no width; long lines are better there than broken ones.
    width = None if sys.stdout.isatty() else 250
    Console(file=sys.stdout, width=width, markup=False).print(table)


def progress_bars(*, quiet: bool = False) -> Progress:
    """Progress bars on standard error; nothing where nobody looks."""
    console = Console(file=sys.stderr)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(show_speed=True),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=quiet or not console.is_terminal,
    )
