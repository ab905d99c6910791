"""Matches a whole file with Splink on DuckDB: a million records on one machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from rollcall.identity.engines.blocking import keys_sql, pairs_sql
from rollcall.identity.engines.dialects import DUCKDB
from rollcall.identity.engines.results import Matched, Weighed, match
from rollcall.identity.engines.scored import ScoredRow, frequencies_sql, rows_sql, weighed
from rollcall.identity.engines.settings import splink_settings
from rollcall.identity.engines.tables import record_batches
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.model import BY_FREQUENCY, Model
from rollcall.identity.rules.weights import Frequencies, Scorer

if TYPE_CHECKING:
    import duckdb
    from splink.internals.splink_dataframe import SplinkDataFrame

_FETCH: Final = 50_000
_MEMORY: Final = "2GB"


def match_records(
    records: Sequence[Evidence], model: Model, *, threads: int | None = None
) -> Matched:
    """Match a file whose generic values were taken away (``rules.generic``)."""
    return match(weigh_records(records, model, threads=threads), records)


def weigh_records(
    records: Sequence[Evidence], model: Model, *, threads: int | None = None
) -> Weighed:
    """Score every pair that shares a key.

    :param threads: how many DuckDB may use; all cores if not said.
    """
    if len(records) < 2:
        return Weighed(links=(), review=())
    with connect(threads=threads) as connection:
        scorer = Scorer(model, Frequencies(records=len(records), counts={}, totals={}))
        # The cap only takes bits away: what is worth less before it is worth less behind it.
        scored = score_pairs(connection, records, model, least=scorer.least)
        return weighed(_rows(connection, scored.physical_name), scorer)


def connect(*, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A database in memory that spills to a temporary folder, asks no network, loads nothing."""
    import duckdb  # noqa: PLC0415 - loaded when used

    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "memory_limit": _MEMORY,
        "preserve_insertion_order": "false",
    }
    if threads is not None:
        config["threads"] = threads
    return duckdb.connect(":memory:", config=config)


def score_pairs(
    connection: duckdb.DuckDBPyConnection,
    records: Sequence[Evidence],
    model: Model,
    *,
    least: float | None = None,
) -> SplinkDataFrame:
    """Splink's predictions: levels (``gamma_``) and bits (``mw_``) per field.

    :param least: pairs of fewer bits are left out; all if not said.
    """
    from splink import DuckDBAPI, Linker  # noqa: PLC0415 - two seconds

    load(connection, records, model)
    connection.execute(f"create table keys as {keys_sql('records', DUCKDB)}")
    connection.execute(f"create table pairs as {pairs_sql('keys')}")
    connection.execute("drop table keys")
    api = DuckDBAPI(connection)
    linker = Linker(
        api.register("records"),
        splink_settings(model, DUCKDB),
        log_level=None,
        validate_settings=False,
    )
    for column in BY_FREQUENCY.values():
        linker.table_management.register_term_frequency_lookup(
            api.register(f"frequencies_{column}"), column
        )
    linker.table_management.register_blocked_pairs_for_predict(api.register("pairs"))
    return linker.inference.predict(threshold_match_weight=least, warning_mode="never")


def load(connection: duckdb.DuckDBPyConnection, records: Sequence[Evidence], model: Model) -> None:
    """Fill the tables ``records`` and ``frequencies_…``."""
    for number, batch in enumerate(record_batches(records)):
        connection.register("batch", batch)
        verb = "insert into records" if number else "create table records as"
        connection.execute(f"{verb} select * from batch")  # noqa: S608 - one of two verbs
        connection.unregister("batch")
    for field, column in BY_FREQUENCY.items():
        select = frequencies_sql(field, column, model)
        connection.execute(f"create table frequencies_{column} as {select}")


def _rows(connection: duckdb.DuckDBPyConnection, scored: str) -> Iterable[ScoredRow]:
    cursor = connection.execute(rows_sql(scored))
    while rows := cursor.fetchmany(_FETCH):
        yield from rows
