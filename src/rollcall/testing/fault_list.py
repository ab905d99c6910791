"""Every fault of the simulators at a strength that hurts, for ``fault_cells``."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rollcall.pos.simulator.malformed import MALFORMATIONS


class Mode(enum.StrEnum):
    """What the hub does while the fault is on."""

    FULL = "full sync"
    INCREMENTAL = "incremental sync"
    WRITES = "writes"


_READS: Final = frozenset({Mode.FULL, Mode.INCREMENTAL})
_ALL: Final = frozenset(Mode)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One row of the matrix.

    :param values: faults of ``rollcall.pos.simulator.faults``; of ``drop_rows`` only how many.
    :param modes: where it can strike at all.
    :param by_webhook: it strikes the POS's own calls: changes are told by them, too.
    """

    name: str
    words: str
    values: Mapping[str, object]
    modes: frozenset[Mode] = _ALL
    by_webhook: bool = False


def _fault(name: str, words: str, **values: object) -> Fault:
    return Fault(name=name, words=words, values=values)


def _of_reads(name: str, words: str, **values: object) -> Fault:
    return Fault(name=name, words=words, values=values, modes=_READS)


def _of_writes(name: str, words: str, **values: object) -> Fault:
    return Fault(name=name, words=words, values=values, modes=frozenset({Mode.WRITES}))


def _of_hooks(name: str, words: str, **values: object) -> Fault:
    modes = frozenset({Mode.INCREMENTAL})
    return Fault(name=name, words=words, values=values, modes=modes, by_webhook=True)


FAULTS: Final[tuple[Fault, ...]] = (
    _fault("latency_ms", "every answer comes 20 ms later", latency_ms=20),
    _fault("error_500_rate", "a third of all requests get a 500", error_500_rate=0.33),
    _fault("error_500_rate: down", "all requests get a 500", error_500_rate=1),
    _fault("reset_rate", "a third of all connections are reset", reset_rate=0.33),
    _fault("cut_body_rate", "a third of all answers are cut in the middle", cut_body_rate=0.33),
    _fault("not_json_rate", "a third of all answers are an HTML page", not_json_rate=0.33),
    _fault("throttle_burst", "six requests in a row get a 429", throttle_burst=6),
    _fault(
        "retry_after", "a 429 asks for a pause of an hour", throttle_burst=2, retry_after=3600
    ),
    _fault("expire_tokens_after", "all tokens end after every third request",
           expire_tokens_after=3),
    _of_writes("lost_answer_rate", "half of the writes are done, then reset",
               lost_answer_rate=0.5),
    _of_writes("lost_answer_rate: all", "every write is done, then reset", lost_answer_rate=1),
    _of_writes("failed_answer_rate", "half of the writes are done and get a 500",
               failed_answer_rate=0.5),
    _of_writes("failed_answer_rate: all", "every write is done and gets a 500",
               failed_answer_rate=1),
    _of_writes("late_answer_ms", "every write is answered 60 ms later", late_answer_ms=60),
    _fault("move_rows", "five customers move after every page", move_rows=5),
    _of_reads("list_order: asc", "lists run by last change", list_order="asc"),
    _of_reads("list_order: desc", "lists run by last change, backwards", list_order="desc"),
    _of_reads("list_order: signup", "lists run by sign-up", list_order="signup"),
    _fault("empty_lists", "lists are empty", empty_lists=True),
    _fault("truncate_after", "lists end after ten rows", truncate_after=10),
    _fault("drop_rows", "lists leave five customers out", drop_rows=5),
    _fault("not_found_style: 200_empty", "nobody is an empty answer",
           not_found_style="200_empty"),
    _fault("not_found_style: result_code", "nobody is a code", not_found_style="result_code"),
    _fault("envelope: object", "lists of one are an object", envelope="object"),
    _fault("envelope: list", "single answers are lists", envelope="list"),
    _of_reads("signup_to", "the last day of a range is left out", signup_to="exclusive"),
    _of_reads("malformed_rows", "six customers are broken, each in another way",
              malformed_rows=list(MALFORMATIONS)),
    # A replacing write sends a name back as the POS told it, NUL and all: that is no fault of ours.
    _of_writes("malformed_rows: unreadable", "five customers are broken, each in another way",
               malformed_rows=[kind for kind in MALFORMATIONS if kind != "nul_in_name"]),
    _of_hooks("hook_repeat", "the POS calls three times for one change", hook_repeat=2),
    _of_hooks("hook_shuffle", "the POS calls out of order", hook_shuffle=8),
    _of_hooks("hook_drop_rate", "half of the POS's calls are never made", hook_drop_rate=0.5),
)  # fmt: skip

#: Cells that are tried with every test run: where customers are most easily lost or doubled.
MOST_DANGEROUS: Final = frozenset(
    {
        ("reset_rate", Mode.INCREMENTAL),
        ("move_rows", Mode.FULL),
        ("lost_answer_rate", Mode.WRITES),
        ("cut_body_rate", Mode.WRITES),
    }
)
