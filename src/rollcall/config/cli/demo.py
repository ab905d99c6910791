"""Everything at once on invented people."""

from __future__ import annotations

import click

from rollcall.config.cli.django_setup import start_django


@click.command()
@click.option("--check", is_flag=True, help="Do it all without a terminal, prove it, and end.")
def demo(*, check: bool) -> int:
    """Run simulators, pages and worker on invented people until Ctrl-C.

    With --check, one JSON object per connection is printed at the end, and the exit code is 0 only
    if hub and POS hold the same.
    """
    start_django()
    from django.conf import settings

    from rollcall.config.demo.flow import SyncFailedError, run_demo
    from rollcall.config.demo.processes import ChildDiedError
    from rollcall.config.demo.start import NotUpError

    if not settings.EMBEDDED_DATABASE:
        raise click.ClickException("the demo keeps a database of its own; unset DATABASE_URL")
    try:
        return run_demo(settings.DATA_DIR, check=check)
    except (ChildDiedError, NotUpError, SyncFailedError) as error:
        raise click.ClickException(str(error)) from error
