"""Runs where PySpark is installed; it is an extra, which the usual installation goes without."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from rollcall.identity.engines import python as python_engine
from rollcall.identity.engines import spark as spark_engine
from rollcall.identity.rules.evidence import evidence_of
from rollcall.identity.rules.model import shipped_model
from rollcall.pos.population import generate
from rollcall.pos.population.stores import store_share

INSTALLED = importlib.util.find_spec("pyspark") is not None


class TestSparkSession:
    def test_says_what_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "pyspark.sql", None)
        with pytest.raises(spark_engine.SparkMissingError, match=r"install rollcall\[spark\]"):
            spark_engine.spark_session()


@pytest.mark.skipif(not INSTALLED, reason="PySpark is not installed: the engine was not tried")
class TestMatchRecords:
    def test_finds_the_people_that_python_finds(self) -> None:
        people = [
            person
            for number in (1, 2, 3)
            for person in store_share(
                generate(100, seed=5), seed=5, store_number=number, store_count=3
            )
        ]
        records = [
            evidence_of({name: getattr(person, name) for name in person.__slots__})
            for person in people
        ]
        session = spark_engine.spark_session("local[1]", partitions=2)
        try:
            found = spark_engine.match_records(records, shipped_model(), session)
        finally:
            session.stop()
        assert found.people == python_engine.match_records(records, shipped_model()).people
