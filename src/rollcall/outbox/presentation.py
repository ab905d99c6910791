"""How entries and switches are laid out: states, decisions and reasons in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from rollcall.customers.rules.masking import shows_history
from rollcall.kit.fields import FIELDS, FieldValue
from rollcall.kit.scope import Role
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.queries import WriterView
from rollcall.outbox.rules.three_way import Decision
from rollcall.outbox.rules.wishes import Wish
from rollcall.web.showing import label_of

Words = str | Promise
State = OutboxEntry.State


@dataclass(frozen=True, kw_only=True, slots=True)
class Chip:
    """A word that catches the eye: colour, icon and word say the same.

    :param look: ``good``, ``warn``, ``bad`` or "".
    :param icon: name of a drawing in ``icon.html``.
    """

    words: Words
    look: str
    icon: str


STATES: Final[Mapping[str, Chip]] = {
    State.HELD: Chip(words=gettext_lazy("held"), look="", icon="pause"),
    State.QUEUED: Chip(words=gettext_lazy("queued"), look="", icon="clock"),
    State.SENDING: Chip(words=gettext_lazy("being sent"), look="warn", icon="arrow"),
    State.DELIVERED: Chip(words=gettext_lazy("delivered"), look="good", icon="check"),
    State.REFUSED: Chip(words=gettext_lazy("refused"), look="bad", icon="alert"),
    State.DEAD: Chip(words=gettext_lazy("given up"), look="bad", icon="cross"),
    State.DISCARDED: Chip(words=gettext_lazy("discarded"), look="", icon="dash"),
}
#: Decision → chip, and what it means.
_DECISIONS: Final[Mapping[str, tuple[Chip, Words]]] = {
    Decision.SENT: (
        Chip(words=gettext_lazy("sent"), look="good", icon="check"),
        gettext_lazy("The POS holds it now."),
    ),
    Decision.ALREADY_THERE: (
        Chip(words=gettext_lazy("already there"), look="good", icon="check"),
        gettext_lazy("The POS said so already."),
    ),
    Decision.POS_NEWER: (
        Chip(words=gettext_lazy("POS newer"), look="warn", icon="alert"),
        gettext_lazy("Somebody changed it at the POS later: theirs stands."),
    ),
    Decision.HUB_NEWER: (
        Chip(words=gettext_lazy("hub newer: sent"), look="good", icon="check"),
        gettext_lazy("It was changed on both sides; what was typed here is newer or pinned."),
    ),
    Decision.KEPT_HERE: (
        Chip(words=gettext_lazy("kept here"), look="", icon="pause"),
        gettext_lazy("The POS cannot hold it, or not by itself."),
    ),
}
#: Of a refused create: the POS id of who is there already. It is no decision about a field.
_DUPLICATE_OF: Final = "duplicate_of"


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionRow:
    """What became of one field."""

    label: str
    chip: Chip
    meaning: Words


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryRow:
    """An entry in a list, without any value.

    :param labels: of what is to be written.
    :param waits: why it does not go out now, in words; "" if nothing holds it.
    :param wait_s: until the next try; None if none is planned for later.
    :param duplicate_of: POS id of the person whom the POS holds already.
    """

    entry: OutboxEntry
    chip: Chip
    labels: Sequence[str]
    by: str
    waits: Words
    wait_s: float | None
    decisions: Sequence[DecisionRow]
    duplicate_of: str

    @property
    def is_open(self) -> bool:
        """Whether something may still become of it; pages ask again."""
        return self.entry.state in OutboxEntry.OPEN

    @property
    def is_waiting(self) -> bool:
        """Whether people can still do something with it."""
        return self.entry.state in OutboxEntry.WAITING

    @property
    def needs_somebody(self) -> bool:
        """Whether nothing happens any more unless a person does something."""
        return self.entry.state in (State.REFUSED, State.DEAD)


def lay_out_entries(
    entries: Sequence[OutboxEntry],
    *,
    writers: Mapping[int, WriterView],
    actors: Mapping[str, str],
    now: dt.datetime,
) -> list[EntryRow]:
    """Lay out entries in their order.

    :param writers: by connection.
    :param actors: words for those who wished, by actor.
    """
    return [
        EntryRow(
            entry=entry,
            chip=STATES[entry.state],
            labels=[label_of(name) for name in entry.fields],
            by=actors.get(entry.actor, entry.actor),
            waits=_why_waiting(entry, writers.get(entry.connection_id)),
            wait_s=_wait_s(entry, now),
            decisions=_decisions(entry),
            duplicate_of=str(entry.decisions.get(_DUPLICATE_OF, "")),
        )
        for entry in entries
    ]


def _decisions(entry: OutboxEntry) -> list[DecisionRow]:
    return [
        DecisionRow(label=label_of(name), chip=chip, meaning=meaning)
        for name in FIELDS
        if entry.decisions.get(name) in _DECISIONS
        for chip, meaning in (_DECISIONS[entry.decisions[name]],)
    ]


def _wait_s(entry: OutboxEntry, now: dt.datetime) -> float | None:
    seconds = (entry.not_before - now).total_seconds()
    return seconds if entry.state == State.QUEUED and seconds > 1 else None


def _why_waiting(entry: OutboxEntry, writer: WriterView | None) -> Words:
    if writer is None or entry.state not in (State.HELD, State.QUEUED):
        return ""
    if not writer.is_enabled:
        return gettext_lazy("writing is not switched on")
    if writer.all_stopped or writer.is_stopped:
        return gettext_lazy("writing is stopped")
    return gettext_lazy("this hour's writes are used up") if writer.is_capped else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WishRow:
    """A value that is to be written, and what the POS held when it was wished for.

    :param is_masked: the values are not for the reader's role; both are None then.
    """

    name: str
    label: str
    wanted: FieldValue
    before: FieldValue
    is_masked: bool
    is_pinned: bool
    knows_before: bool


def lay_out_wish(wish: Wish, *, role: Role) -> list[WishRow]:
    """Lay out what an entry wants, in the vocabulary's order; the status last."""
    rows = [
        WishRow(
            name=name,
            label=label_of(name),
            wanted=wish.values[name] if shows_history(role, name) else None,
            before=wish.bases.get(name) if shows_history(role, name) else None,
            is_masked=not shows_history(role, name),
            is_pinned=name in wish.pinned,
            knows_before=name in wish.bases,
        )
        for name in FIELDS
        if name in wish.values
    ]
    if wish.status:
        rows.append(_status_row(wish.status))
    return rows


def _status_row(status: str) -> WishRow:
    return WishRow(
        name="status",
        label=gettext("Status"),
        wanted=status,
        before=None,
        is_masked=False,
        is_pinned=False,
        knows_before=False,
    )


def writer_chips(writer: WriterView) -> list[Chip]:
    """Say whether a connection writes, and what keeps it from it."""
    if not writer.is_enabled:
        chips = [Chip(words=gettext_lazy("off: reads only"), look="", icon="pause")]
    else:
        chips = [Chip(words=gettext_lazy("on"), look="good", icon="check")]
    if writer.is_stopped:
        chips.append(Chip(words=gettext_lazy("stopped"), look="bad", icon="cross"))
    if writer.all_stopped:
        chips.append(Chip(words=gettext_lazy("all stopped"), look="bad", icon="cross"))
    if writer.is_enabled and writer.switch is not None and writer.switch.hourly_cap is not None:
        words = gettext("%(sent)d of %(cap)d this hour")
        counts = {"sent": writer.sent, "cap": writer.switch.hourly_cap}
        look = "warn" if writer.is_capped else ""
        chips.append(Chip(words=words % counts, look=look, icon="clock"))
    return chips


@dataclass(frozen=True, kw_only=True, slots=True)
class WriterRow:
    """A connection in the list of those that may write."""

    writer: WriterView
    chips: Sequence[Chip]

    @property
    def waiting(self) -> int:
        """Entries that go out as soon as they may."""
        counts = self.writer.counts
        return counts.get(State.QUEUED, 0) + counts.get(State.SENDING, 0)

    @property
    def held(self) -> int:
        """Entries that wait for writing to be switched on."""
        return self.writer.counts.get(State.HELD, 0)

    @property
    def stuck(self) -> int:
        """Entries that wait for a person."""
        return self.writer.counts.get(State.REFUSED, 0) + self.writer.counts.get(State.DEAD, 0)


def lay_out_writer(writer: WriterView) -> WriterRow:
    """Lay out a connection's switches."""
    return WriterRow(writer=writer, chips=writer_chips(writer))
