"""What ``rollcall apply`` does, once Django is set up."""

from __future__ import annotations

from pathlib import Path

import click

from rollcall.config.cli.django_setup import command_line_actor
from rollcall.config.cli.output import print_json
from rollcall.kit.clock import utc_now
from rollcall.provisioning.operations.apply import apply_document
from rollcall.provisioning.queries.preparing import Prepared, prepare_file
from rollcall.provisioning.rules.changes import Applied, Change
from rollcall.provisioning.rules.documents import prefixed
from rollcall.provisioning.rules.errors import ProvisioningError


def apply_file(path: Path, *, as_json: bool, dry_run: bool) -> None:
    """Apply a file's documents one after the other and tell what happened.

    A document that fails keeps its own retailer as it was; those before it are applied, and their
    minted keys are printed.

    :raises click.ClickException: what is wrong, a line for each problem.
    """
    applied: list[Applied] = []
    problems: tuple[str, ...] = ()
    try:
        prepared = prepare_file(path)
        for number, one in enumerate(prepared, start=1):
            applied.append(_apply_one(one, number, of=len(prepared), dry_run=dry_run))
            if not as_json:
                _print(applied[-1], dry_run=dry_run)
    except ProvisioningError as error:
        problems = error.problems
    if as_json:
        print_json({"dry_run": dry_run, "retailers": applied, "problems": problems})
    if problems:
        raise click.ClickException("\n".join(problems))


def _apply_one(prepared: Prepared, number: int, *, of: int, dry_run: bool) -> Applied:
    try:
        return apply_document(prepared, actor=command_line_actor(), now=utc_now(), dry_run=dry_run)
    except ProvisioningError as error:
        raise ProvisioningError(prefixed(error.problems, number, of=of)) from error


def _print(applied: Applied, *, dry_run: bool) -> None:
    """People read standard error; standard output holds minted keys and nothing else."""
    for change in applied.changes:
        click.echo(_line(change, dry_run=dry_run), err=True)
    if not applied.changes:
        click.echo(f"{applied.retailer}: nothing changed", err=True)
    for minted in applied.minted:
        click.echo(f"key of kiosk {minted.catalog_id}, shown only now:", err=True)
        click.echo(minted.key)


def _line(change: Change, *, dry_run: bool) -> str:
    fields = f" ({', '.join(change.fields)})" if change.fields else ""
    would = "would be " if dry_run else ""
    return f"{change.kind} {change.slug}: {would}{change.action}{fields}"
