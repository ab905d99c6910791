"""Histories of people, played and replayed: what was undone must leave nothing behind.

A history is a list of steps, each a kind and a few numbers. Played, it happens step by step; played
again without the merges that were undone, it has to end with everybody as they are.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, Final

from rollcall.customers.models import Customer, FieldEdit
from rollcall.customers.operations.edits import edit_field
from rollcall.customers.queries.profile import resolve
from rollcall.identity.models import Merge
from rollcall.identity.operations.merging import AlreadyOneError
from rollcall.identity.tests.merging_shop import MergingShop
from rollcall.kit.fields import FieldValue

#: A kind of step, and three numbers that it may use as it likes.
Step = tuple[str, int, int, int]

KINDS: Final = ("sync", "pos_merge", "pos_part", "merge", "undo", "edit", "withdraw_edit")
_FIELDS: Final = ("email", "city", "marketing_opt_in", "given_name")
_TEXTS: Final = ("a", "b", "c")


@dataclass(kw_only=True)
class Play:
    """A history as it happens.

    :param only: numbers of the steps whose merges happen, and nothing is undone; None: all do.
    :param people: step → by which record's birth the person is known for whom an edit was typed.
    """

    shop: MergingShop
    size: int
    only: Set[int] | None = None
    people: dict[int, str] = field(default_factory=dict)
    merges: dict[int, Merge] = field(default_factory=dict)
    undone: set[int] = field(default_factory=set)
    pointers: dict[str, str | None] = field(default_factory=dict)
    values: dict[str, dict[str, FieldValue]] = field(default_factory=dict)

    def begin(self) -> None:
        """Everybody is read once."""
        self.values = {name: {"email": f"{name}@example.com"} for name in self.names}
        self.shop.rows(self.values)

    @property
    def names(self) -> list[str]:
        return [
            f"{kind}:{number}" for kind in ("treez", "cova") for number in range(1, self.size + 1)
        ]

    def run(self, steps: Sequence[Step]) -> None:
        for number, step in enumerate(steps):
            self.step(number, step)

    def step(self, number: int, step: Step) -> None:
        """One step; it takes the same time whether it is left out or not."""
        minutes = self.shop.minutes
        do: Callable[[int, int, int, int], None] = getattr(self, f"_{step[0]}")
        do(number, *step[1:])
        self.shop.minutes = minutes + 3

    def _row(self, name: str) -> None:
        self.shop.row(name, merged_into=self.pointers.get(name), **self.values[name])

    def _sync(self, _: int, who: int, what: int, value: int) -> None:
        name = self._name(who)
        self.values[name] = {**self.values[name], **_value(what, value)}
        self._row(name)

    def _pos_merge(self, _: int, who: int, into: int, __: int) -> None:
        name, survivor = self._name(who), self._name(into)
        if name != survivor and name.split(":")[0] == survivor.split(":")[0]:
            self.pointers[name] = survivor.split(":")[1]
            self._row(name)

    def _pos_part(self, _: int, who: int, __: int, ___: int) -> None:
        name = self._name(who)
        if self.pointers.pop(name, None) is not None:
            self._row(name)

    def _merge(self, number: int, first: int, second: int, choice: int) -> None:
        is_left_out = self.only is not None and number not in self.only
        if is_left_out or self._name(first) == self._name(second):
            return
        chosen = (None, None, first, second)[choice % 4]
        survivor = None if chosen is None else self.shop.home(self._name(chosen))
        try:
            self.merges[number] = self.shop.merge(
                self._name(first), self._name(second), survivor=survivor
            )
        except AlreadyOneError:
            return

    def _undo(self, _: int, which: int, __: int, ___: int) -> None:
        left = sorted(self.merges.keys() - self.undone)
        if left and self.only is None:
            number = left[which % len(left)]
            self.shop.undo(self.merges[number])
            self.undone.add(number)

    def _edit(self, number: int, who: int, what: int, value: int) -> None:
        ((name, to),) = _value(what, value).items()
        if to is False:
            to = True  # a no that was typed for both stays with both, which is tried elsewhere
        customer = self._person(number, who)
        edit_field(self.shop.scope, customer, name, to, pinned=value % 2 == 0, now=self.shop.tick())

    def _withdraw_edit(self, number: int, who: int, what: int, value: int) -> None:
        (name,) = _value(what, value)
        FieldEdit.objects.scoped(self.shop.scope).filter(
            customer=self._person(number, who), field=name, withdrawn_at__isnull=True
        ).update(withdrawn_at=self.shop.tick(), outcome="overruled")

    def _person(self, number: int, who: int) -> Customer:
        """Whom a value is typed for: who stands when the history happens for the first time."""
        if number not in self.people:
            home = self.shop.home(self._name(who))
            standing = resolve(self.shop.scope, str(home.public_id)).pk
            born = {pk: name for name, pk in self.shop.homes.items()}
            self.people[number] = born[standing]
        return self.shop.home(self.people[number])

    def _name(self, number: int) -> str:
        return self.names[number % len(self.names)]

    def state(self) -> dict[str, Any]:
        """Everybody and everything, by names that are the same in every play."""
        born = {pk: name for name, pk in self.shop.homes.items()}
        edits = FieldEdit.objects.scoped(self.shop.scope).order_by("at")
        return {
            "people": [
                (sorted(born[pk] for pk in members), sorted(records), dict(values))
                for members, records, values in self.shop.see()
            ],
            "ids": {
                born[pk]: born[into] if into else None
                for pk, into in Customer.objects.scoped(self.shop.scope).values_list(
                    "pk", "merged_into"
                )
            },
            "links": sorted(
                (born[link.home_id], born[link.base_id], born[link.customer_id], link.reason)
                for link in self.shop.links()
            ),
            "edits": [
                (
                    born[edit.customer_id],
                    born[edit.holder_id],
                    edit.field,
                    edit.at,
                    edit.covered and edit.withdrawn_at is None,
                    sorted(born[pk] for pk in edit.covers),
                )
                for edit in edits
            ],
        }

    def again(self, shop: MergingShop, steps: Sequence[Step]) -> Play:
        """Play it once more without what was undone."""
        other = Play(
            shop=shop,
            size=self.size,
            only=self.merges.keys() - self.undone,
            people=dict(self.people),
        )
        other.begin()
        other.run(steps)
        return other


def _value(what: int, value: int) -> dict[str, FieldValue]:
    name = _FIELDS[what % len(_FIELDS)]
    if name == "marketing_opt_in":
        return {name: value % 2 == 0}
    return {
        name: f"{_TEXTS[value % len(_TEXTS)]}@example.com" if name == "email" else _TEXTS[value % 3]
    }


def random_steps(seed: int, length: int) -> list[Step]:
    """Steps that are the same for the same seed."""
    chance = random.Random(seed)  # nothing secret
    return [
        (chance.choice(KINDS), chance.randrange(64), chance.randrange(64), chance.randrange(64))
        for _ in range(length)
    ]
