"""A circuit breaker that all processes using one credential share, in PostgreSQL.

Closed: requests go through. After so many failures in a row it opens: nobody asks the POS any more,
for a time that doubles with every opening. Then one request at a time may try; its answer closes
the circuit, its failure opens it again.

What a process has read of it counts for a second, so that a fast sync asks the database little, and
nothing is locked while a POS is called.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from django.db import Error as DatabaseError
from django.db import connection

from rollcall.embedded.errors import EmbeddedServerError
from rollcall.pos.errors import PosUnavailableError

log = structlog.get_logger()

#: Failures in a row that open the circuit.
FAILURES: Final = 8
#: A request that fails again and again does not open it alone: the POS may refuse just this one.
_MORE_THAN_ATTEMPTS: Final = 2
#: How long it stays open first, and at most, in seconds.
FIRST_OPEN_S: Final = 15.0
LONGEST_OPEN_S: Final = 300.0
#: How long a reading counts, in seconds.
_FRESH_S: Final = 1.0
#: What the probing request may take beside its time-out, in seconds.
_PROBE_GRACE_S: Final = 15.0

CIRCUIT_OPEN: Final = "circuit_open"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    """The circuit as it was read; times are this process's monotonic clock.

    :param open_until: None if it is closed.
    """

    read_at: float
    failures: int
    open_until: float | None
    code: str

    @property
    def is_open(self) -> bool:
        """Whether nobody may ask the POS at this moment."""
        return self.open_until is not None and self.open_until > time.monotonic()


_readings: dict[str, _Reading] = {}
_lock = threading.Lock()


@dataclass(kw_only=True)
class SharedCircuit:
    """The guard of one client. Not thread-safe, like the client.

    :param key: names the credential without telling it.
    :param attempts: of each request.
    :param timeout_s: of each request.
    """

    key: str
    attempts: int = 1
    timeout_s: float = 30.0
    first_open_s: float = FIRST_OPEN_S
    _probing: bool = field(default=False, init=False)

    def before(self) -> None:
        """Let a request through if the circuit is closed, or if it is this one's turn to try.

        :raises PosUnavailableError: ``circuit_open``, with the seconds until somebody may try.
        """
        reading = self._read()
        if reading.open_until is None:
            return
        wait = reading.open_until - time.monotonic()
        if wait <= 0:
            wait = self._take_probe()
        if wait > 0:
            raise PosUnavailableError(
                f"the POS has not answered anybody lately ({reading.code}); nothing is sent until"
                " it has been tried again",
                code=CIRCUIT_OPEN,
                retry_after_s=round(max(wait, 0.1), 1),
            )

    def succeeded(self) -> None:
        """Close the circuit, and forget failures."""
        reading = _readings.get(self.key)
        if not self._probing and (reading is None or reading.failures == 0):
            return
        self._probing = False
        row = self._tell(_CLOSE, {"key": self.key})
        if row is not None and row[0]:
            log.info("pos.circuit.closed", credential=self.key)
        self._keep((0, None, ""))

    def failed(self, code: str) -> None:
        """Count a failure; open the circuit if it is one too many, or the try."""
        self._probing = False
        limit = max(FAILURES, self.attempts + _MORE_THAN_ATTEMPTS)
        before = _readings.get(self.key)
        row = self._tell(
            _FAIL,
            {
                "key": self.key,
                "code": code,
                "limit": limit,
                "first": self.first_open_s,
                "longest": LONGEST_OPEN_S,
            },
        )
        if row is None:
            return
        reading = self._keep(row)
        if reading.is_open and not (before is not None and before.is_open):
            log.warning("pos.circuit.opened", credential=self.key, code=code, seconds=row[1])

    def _read(self) -> _Reading:
        reading = _readings.get(self.key)
        if reading is not None and time.monotonic() - reading.read_at < _FRESH_S:
            return reading
        with connection.cursor() as cursor:
            cursor.execute(_READ, [self.key])
            row = cursor.fetchone()
        return self._keep(row or (0, None, ""))

    def _keep(self, row: tuple[Any, ...]) -> _Reading:
        failures, wait, code = row
        now = time.monotonic()
        reading = _Reading(
            read_at=now,
            failures=failures,
            open_until=None if wait is None else now + wait,
            code=code,
        )
        with _lock:
            _readings[self.key] = reading
        return reading

    def _take_probe(self) -> float:
        """Become the one who tries; otherwise returns the seconds until somebody else may."""
        with connection.cursor() as cursor:
            cursor.execute(_PROBE, {"key": self.key, "lease": self.timeout_s + _PROBE_GRACE_S})
            self._probing = cursor.fetchone() is not None
            if self._probing:
                return 0.0
            cursor.execute(_WAIT, [self.key])
            row = cursor.fetchone()
        # Closed in the meantime: no need to wait.
        return 0.0 if row is None or row[0] is None else max(float(row[0]), _FRESH_S)

    def _tell(self, statement: str, values: dict[str, str | float]) -> tuple[Any, ...] | None:
        """Write what became of a request. Its answer must not be lost because the hub was away."""
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                row: tuple[Any, ...] | None = cursor.fetchone()
                return row
        except (DatabaseError, EmbeddedServerError) as error:
            log.warning("pos.circuit.not_told", error=type(error).__name__)
            return None


_READ: Final = """
select failures, extract(epoch from open_until - clock_timestamp())::float8, code
  from sync_circuit where key = %s
"""
_CLOSE: Final = """
update sync_circuit circuit
   set failures = 0, openings = 0, opened_at = null, open_until = null, probe_until = null
  from (select key, open_until from sync_circuit where key = %(key)s for update) before
 where circuit.key = before.key
returning before.open_until is not null
"""
# What fails while the circuit is open was sent before, and says nothing new.
_FAIL: Final = """
insert into sync_circuit as held (key, failures, openings, code)
values (%(key)s, 1, 0, %(code)s)
on conflict (key) do update set
  failures = held.failures + 1,
  code = excluded.code,
  (openings, opened_at, open_until, probe_until) = (
    select case when opens then held.openings + 1 else held.openings end,
           case when opens then coalesce(held.opened_at, clock_timestamp())
                else held.opened_at end,
           case when opens then clock_timestamp() + interval '1 second'
                     * least(%(first)s * 2 ^ least(held.openings, 20), %(longest)s)
                else held.open_until end,
           case when opens then null else held.probe_until end
      from (select case when held.open_until is null then held.failures + 1 >= %(limit)s
                        else held.open_until <= clock_timestamp() end as opens) decided)
returning failures, extract(epoch from open_until - clock_timestamp())::float8, code
"""
_PROBE: Final = """
update sync_circuit set probe_until = clock_timestamp() + %(lease)s * interval '1 second'
 where key = %(key)s and open_until <= clock_timestamp()
   and (probe_until is null or probe_until <= clock_timestamp())
returning 1
"""
_WAIT: Final = """
select extract(epoch from greatest(open_until, probe_until) - clock_timestamp())::float8
  from sync_circuit where key = %s and open_until is not null
"""
