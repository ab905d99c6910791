"""Scores pairs with Splink on Spark: for files that one machine cannot hold.

Weights come from the model; training stays on DuckDB, where a sample is enough. Clustering is the
same code as everywhere and runs where this is called.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollcall.identity.engines.blocking import keys_sql, pairs_sql
from rollcall.identity.engines.dialects import SPARK
from rollcall.identity.engines.results import Matched, Weighed, match
from rollcall.identity.engines.scored import ScoredRow, frequencies_sql, rows_sql, weighed
from rollcall.identity.engines.settings import splink_settings
from rollcall.identity.engines.tables import record_batches
from rollcall.identity.rules.evidence import Evidence
from rollcall.identity.rules.model import BY_FREQUENCY, Model
from rollcall.identity.rules.weights import Frequencies, Scorer

if TYPE_CHECKING:
    from splink.internals.splink_dataframe import SplinkDataFrame


class SparkMissingError(RuntimeError):
    """PySpark is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "matching on Spark needs PySpark and Java 17 or later; install rollcall[spark]"
        )


def match_records(records: Sequence[Evidence], model: Model, session: Any = None) -> Matched:  # noqa: ANN401 - a SparkSession
    """Match a file whose generic values were taken away (``rules.generic``).

    :param session: a ``SparkSession`` made by ``spark_session`` (or like it); a local one if not
        given. Its executors must reach the temporary folder of this machine.
    :raises SparkMissingError: PySpark is not installed.
    """
    return match(weigh_records(records, model, session), records)


def weigh_records(records: Sequence[Evidence], model: Model, session: Any = None) -> Weighed:  # noqa: ANN401 - a SparkSession
    """Score every pair that shares a key; ``session`` as in :func:`match_records`.

    :raises SparkMissingError: PySpark is not installed.
    """
    session = session or spark_session()
    scorer = Scorer(model, Frequencies(records=len(records), counts={}, totals={}))
    with tempfile.TemporaryDirectory() as folder:
        scored = score_pairs(session, records, model, Path(folder), least=scorer.least)
        return weighed(_rows(session, scored.physical_name), scorer)


def spark_session(master: str = "local[*]", *, partitions: int = 200) -> Any:  # noqa: ANN401 - a SparkSession
    """A session that knows Splink's string functions.

    :param partitions: into how many parts tables are cut; a few for small files.

    :raises SparkMissingError: PySpark is not installed.
    """
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra
    except ImportError:
        raise SparkMissingError from None
    from splink.backends.spark import similarity_jar_location  # noqa: PLC0415 - two seconds

    return (
        SparkSession.builder.master(master)
        .appName("rollcall")
        .config("spark.jars", similarity_jar_location())
        .config("spark.sql.shuffle.partitions", str(partitions))
        .config("spark.ui.enabled", "false")
        .getOrCreate()
    )


def score_pairs(
    session: Any,  # noqa: ANN401 - a SparkSession
    records: Sequence[Evidence],
    model: Model,
    folder: Path,
    *,
    least: float | None = None,
) -> SplinkDataFrame:
    """Splink's predictions: levels (``gamma_``) and bits (``mw_``) per field.

    :param folder: where tables may be put for as long as the answer is used.
    :param least: pairs of fewer bits are left out; all if not said.
    """
    from splink import Linker, SparkAPI  # noqa: PLC0415 - two seconds

    _load(session, records, folder)
    make_api: Callable[..., Any] = SparkAPI
    partitions = int(session.conf.get("spark.sql.shuffle.partitions"))
    api = make_api(
        spark_session=session,
        break_lineage_method="persist",
        num_partitions_on_repartition=partitions,
    )
    linker = Linker(
        api.register("records"), splink_settings(model, SPARK), log_level=None,
        validate_settings=False,
    )  # fmt: skip
    for field, column in BY_FREQUENCY.items():
        shares = session.sql(frequencies_sql(field, column, model))
        linker.table_management.register_term_frequency_lookup(api.register(shares), column)
    session.sql(keys_sql("records", SPARK)).createOrReplaceTempView("keys")
    pairs = api.register(session.sql(pairs_sql("keys")))
    linker.table_management.register_blocked_pairs_for_predict(pairs)
    return linker.inference.predict(threshold_match_weight=least, warning_mode="never")


def _load(session: Any, records: Sequence[Evidence], folder: Path) -> None:  # noqa: ANN401
    import pyarrow.parquet as pq  # noqa: PLC0415 - loaded when used

    for number, batch in enumerate(record_batches(records)):
        pq.write_table(batch, folder / f"{number}.parquet")
    session.read.parquet(str(folder)).createOrReplaceTempView("records")


def _rows(session: Any, scored: str) -> Iterator[ScoredRow]:  # noqa: ANN401
    for row in session.sql(rows_sql(scored)).toLocalIterator():
        yield tuple(row)
