"""The ``rollcall`` command's front door: names, help and exit codes."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Final

import click

from rollcall import __version__

#: Name → where its click command is; nothing of it is imported before it is called.
COMMANDS: Final[Mapping[str, str]] = {
    "access": "rollcall.config.cli.access:access",
    "apply": "rollcall.config.cli.apply:apply",
    "check": "rollcall.config.cli.check:check",
    "connections": "rollcall.config.cli.connections:connections",
    "customers": "rollcall.config.cli.customers:customers",
    "demo": "rollcall.config.cli.demo:demo",
    "identity": "rollcall.config.cli.identity:identity",
    "inbox": "rollcall.config.cli.inbox:inbox",
    "keys": "rollcall.config.cli.keys:keys",
    "migrate": "rollcall.config.cli.server:migrate",
    "orders": "rollcall.config.cli.orders:orders",
    "openapi": "rollcall.config.cli.openapi:openapi",
    "outbox": "rollcall.config.cli.outbox:outbox",
    "products": "rollcall.config.cli.products:products",
    "quarantine": "rollcall.config.cli.sync:quarantine",
    "reconcile": "rollcall.config.cli.sync:reconcile",
    "serve": "rollcall.config.cli.server:serve",
    "simulate": "rollcall.config.cli.simulate:simulate",
    "sync": "rollcall.config.cli.sync:sync",
    "syncs": "rollcall.config.cli.sync:syncs",
    "webhooks": "rollcall.config.cli.webhooks:webhooks",
    "worker": "rollcall.config.cli.server:worker",
}

#: One line each, so that ``rollcall --help`` needs none of the commands' own imports.
_SUMMARIES: Final[Mapping[str, str]] = {
    "access": "Print who may do what; see a retailer for a while, for a reason.",
    "apply": "Create or update a retailer, its stores, people and connections from a file.",
    "check": "Say in words whether this installation is healthy.",
    "connections": "List connections; pause, rewind, schedule them.",
    "customers": "Look people up.",
    "demo": "Run everything at once on invented people.",
    "identity": "Try the matching; learn its weights; values that many share.",
    "inbox": "See what POS systems called with; process it again; make addresses to call.",
    "keys": "Rotate the keys that seal personal values.",
    "migrate": "Bring the database to this version.",
    "orders": "Say which kiosks may mark orders as paid.",
    "openapi": "Print the machine-readable description of an API.",
    "outbox": "See and mend what is to be written to POS systems; say who may write.",
    "products": "Take over what stores sell from a CSV file.",
    "quarantine": "List the rows that could not be taken over; try them again.",
    "reconcile": "Prove that hub and POS hold the same; repair what differs.",
    "serve": "Run the web pages.",
    "simulate": "Run a fake POS.",
    "sync": "Pull a connection's customers now.",
    "syncs": "List the newest runs.",
    "webhooks": "See the webhooks that call your programs; deliver events once more.",
    "worker": "Carry out what waits.",
}


class _LazyGroup(click.Group):
    """Loads a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click passes it
        return sorted(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002  # click passes it
        cmd_name: str,
    ) -> click.Command | None:
        where = COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, _, name = where.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _SUMMARIES[name]) for name in self.list_commands(ctx)])


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 hub and POS differ, 4 busy elsewhere.",
)
@click.version_option(__version__, prog_name="rollcall")
def cli() -> None:
    """Rollcall: one trustworthy record per shopper, across every register.

    Without DATABASE_URL a PostgreSQL of its own runs in ROLLCALL_DATA_DIR.
    """


def main() -> None:
    """Run the command; every foreseen error is one clear line on standard error."""
    from rollcall.config.cli.errors import as_click_error

    try:
        code = cli(standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:
        known = as_click_error(error)
        if known is None:
            raise
        known.show()
        sys.exit(known.exit_code)
    sys.exit(code if isinstance(code, int) else 0)
