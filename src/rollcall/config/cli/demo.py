"""Everything at once on invented people."""

from __future__ import annotations

import click

from rollcall.config.cli.django_setup import start_django
from rollcall.config.demo import USUAL_PEOPLE


@click.command()
@click.option(
    "--people",
    default=USUAL_PEOPLE,
    show_default=True,
    type=click.IntRange(200, 100_000),
    help="Invented people in each POS; only of a demo that is new.",
)
@click.option("--check", is_flag=True, help="Do it all without a terminal, prove it, and end.")
def demo(*, check: bool, people: int) -> int:
    """Run simulators, pages and worker on invented people until Ctrl-C.

    With --check, people are also written to POS systems that fail now and then; one JSON object
    tells of that, one more of each connection, and the exit code is 0 only if hub and POS hold the
    same and nothing was lost or done twice.
    """
    start_django()
    from django.conf import settings

    from rollcall.config.demo.flow import SyncFailedError, run_demo
    from rollcall.config.demo.processes import ChildDiedError
    from rollcall.config.demo.start import NotUpError
    from rollcall.config.demo.writes import WritesWrongError
    from rollcall.outbox.operations.switches import NotReadyError

    if not settings.EMBEDDED_DATABASE:
        raise click.ClickException("the demo keeps a database of its own; unset DATABASE_URL")
    try:
        return run_demo(settings.DATA_DIR, check=check, people=people)
    except (
        ChildDiedError,
        NotReadyError,
        NotUpError,
        SyncFailedError,
        WritesWrongError,
    ) as error:
        raise click.ClickException(str(error)) from error
