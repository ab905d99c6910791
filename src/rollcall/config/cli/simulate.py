"""A fake POS from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfoNotFoundError

import click
import orjson

from rollcall.config import ports
from rollcall.config.lifeline import follow_parent

if TYPE_CHECKING:
    from rollcall.pos.simulator.running import RunningSimulator

_USUAL_PORT = 8100


class _People(click.ParamType):  # type: ignore[type-arg]  # not generic at run time
    name = "N|FILE.csv"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | Path:
        if isinstance(value, int):
            return value
        value = str(value)
        if value.isascii() and value.isdigit():
            if not 10 <= int(value) <= 1_000_000:
                self.fail("a number of people from 10 to 1000000", param, ctx)
            return int(value)
        path = Path(value)
        if not path.is_file():
            self.fail(f"{value!r} is neither a number nor a file", param, ctx)
        return path


@click.command()
@click.argument("kind")
@click.option("--people", default=1000, show_default=True, type=_People())
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="SQLite file with the customers. [default: <kind>-simulator.sqlite in the data folder]",
)
@click.option("--reset", is_flag=True, help="Throw away the state file first.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--port", type=click.IntRange(0, 65535), help=f"Default {_USUAL_PORT}, or the next free one."
)
@click.option("--seed", default=1, show_default=True, type=int)
@click.option(
    "--store",
    "store_number",
    default=1,
    show_default=True,
    type=click.IntRange(1, 100),
    help="Which of --stores this is; they share some people.",
)
@click.option("--stores", "store_count", default=1, show_default=True, type=click.IntRange(1, 100))
@click.option(
    "--locations",
    default=1,
    show_default=True,
    type=click.IntRange(1, 9),
    help="How many locations share the list; settings are printed for each.",
)
@click.option("--account", help="The POS's word for whose list it is.")
@click.option("--time-zone", default="America/Los_Angeles", show_default=True)
@click.option("--no-limits", is_flag=True, help="No rate limit, any page size: for benchmarks.")
@click.option("--faults", default="{}", help='JSON, such as {"latency_ms": 50}.')
def simulate(*, kind: str, state: Path | None, port: int | None, faults: str, **given: Any) -> None:
    """Run a fake POS of KIND until Ctrl-C; connection settings are printed as JSON."""
    follow_parent()
    from rollcall.config.paths import data_dir
    from rollcall.pos.registry import simulator as find_simulator
    from rollcall.pos.simulator.options import SimulatorOptions
    from rollcall.pos.simulator.running import serve

    find_simulator(kind)
    if given["account"] is None:
        del given["account"]
    if state is None:
        state = data_dir() / f"{kind}-simulator.sqlite"
    chosen = ports.usual_or_free(_USUAL_PORT) if port is None else port
    options = SimulatorOptions(state=state, port=chosen, faults=_read_faults(faults), **given)
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
        serve(kind, options, started=_announce, progress=None)
    except ZoneInfoNotFoundError as error:
        raise click.BadParameter("no IANA time zone", param_hint="--time-zone") from error
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error


def _read_faults(text: str) -> dict[str, object]:
    try:
        faults = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise click.BadParameter("not JSON", param_hint="--faults") from error
    if not isinstance(faults, dict):
        raise click.BadParameter("a JSON object is needed", param_hint="--faults")
    return faults


def _announce(simulator: RunningSimulator) -> None:
    click.echo(f"simulating at {simulator.url}", err=True)
    for settings in simulator.locations:
        click.echo(orjson.dumps(settings).decode())
