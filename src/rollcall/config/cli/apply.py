"""``rollcall apply``: bring an installation in line with a file."""

from __future__ import annotations

from pathlib import Path

import click

from rollcall.config.cli.django_setup import with_django


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@with_django
def apply(*, file: Path, as_json: bool, dry_run: bool) -> None:
    """Create or update a retailer, its stores, kiosks, people and connections from FILE.

    What the file does not name stays as it is. Running it again changes nothing. Keys that were
    minted are printed once, on standard output, and can never be read again.
    """
    from rollcall.config.cli.apply_actions import apply_file

    apply_file(file, as_json=as_json, dry_run=dry_run)
