"""What is lost, doubled or wrong after a fault, by the simulator's truth and by reconciliation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rollcall.customers.models import Customer, PosRecord
from rollcall.customers.queries.profile import read_record
from rollcall.kit.fields import FIELDS, FieldValue
from rollcall.outbox.models import OutboxEntry
from rollcall.outbox.rules.sameness import is_same
from rollcall.pos import registry
from rollcall.pos.contract import Capability
from rollcall.testing.pos_world import PosWorld

#: The POS may count visits and changes by itself, and a new address may come with its own consent.
_OF_THE_POS = {"last_visit_at", "email_opt_in", "sms_opt_in", "marketing_opt_in", "loyalty_points"}


@dataclass(kw_only=True)
class Findings:
    """What went wrong; ids and field names, never values."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Nothing went wrong."""
        return not (self.lost or self.doubled or self.wrong)

    def __str__(self) -> str:
        return f"lost {self.lost[:5]}, doubled {self.doubled[:5]}, wrong {self.wrong[:5]}"


@dataclass(kw_only=True)
class Wished:
    """One person whom the hub wrote, and what the POS has to hold of them in the end.

    :param email: of somebody who was registered here: nobody else at the POS has it.
    :param pos_id: of somebody whom the POS held before.
    :param before: the POS's truth before anything was written.
    """

    customer: Customer
    fields: dict[str, FieldValue] = field(repr=False)
    email: str = field(default="", repr=False)
    pos_id: str = ""
    status: str = ""
    before: Mapping[str, Any] = field(default_factory=dict, repr=False)


def compare(world: PosWorld, wished: list[Wished]) -> Findings:
    """Compare everybody here with everybody there, and both with what was wished for."""
    findings = Findings()
    truth = _visible(world)
    _prove(world, truth, findings)
    _compare_values(world, truth, findings)
    for one in wished:
        _compare_wished(world, truth, one, findings)
    states = (*OutboxEntry.WAITING, OutboxEntry.State.SENDING)
    for entry in OutboxEntry.objects.scoped(world.scope).filter(state__in=states):
        findings.lost.append(f"{entry.intent} {entry.state} {entry.code} {entry.reason}")
    return findings


def _visible(world: PosWorld) -> dict[str, dict[str, Any]]:
    """Return the truth as the POS shows it: where merges are not told, the donor may vanish."""
    if Capability.TELLS_MERGES in registry.connector(world.kind).capabilities:
        return world.truth()
    held = world.held()
    return {k: row for k, row in world.truth().items() if not row["merged_into"] or k in held}


def _prove(world: PosWorld, truth: Mapping[str, Any], findings: Findings) -> None:
    proof = world.reconcile()
    findings.lost += ["reconciliation: missing"] * proof.missing
    findings.doubled += ["reconciliation: extra"] * proof.extra
    findings.wrong += ["reconciliation: different"] * proof.different
    findings.wrong += ["reconciliation: quarantined"] * proof.quarantined
    if proof.at_pos != len(truth):
        findings.wrong.append(f"reconciliation read {proof.at_pos} of {len(truth)}")


def _compare_values(
    world: PosWorld, truth: Mapping[str, dict[str, Any]], findings: Findings
) -> None:
    account = world.connection.account
    rows = PosRecord.objects.scoped(world.scope).filter(account=account, gone_at__isnull=True)
    held = list(rows.select_related("account"))
    counted = Counter(row.external_id for row in held)
    findings.lost += [f"{one} is not here" for one in truth if one not in counted]
    findings.doubled += [f"{one} is not there" for one in counted if one not in truth]
    findings.doubled += [
        f"{one} is here {count} times" for one, count in counted.items() if count > 1
    ]
    for row in held:
        theirs = truth.get(row.external_id)
        if theirs is None:
            continue
        ours = read_record(world.scope, row).fields.values
        names = (theirs.keys() & FIELDS.keys()) - {"last_visit_at"}
        findings.wrong += [
            f"{row.external_id} {name} here"
            for name in sorted(names)
            if not is_same(name, ours.get(name), theirs[name])
        ]


def _compare_wished(
    world: PosWorld, truth: Mapping[str, dict[str, Any]], one: Wished, findings: Findings
) -> None:
    rows = [row for row in truth.values() if _is_meant(row, one)]
    who = one.pos_id or f"registration {one.customer.pk}"
    if not rows:
        findings.lost.append(f"{who} is not at the POS")
        return
    findings.doubled += [f"{who} is at the POS again" for _ in rows[1:]]
    wanted = {k: v for k, v in one.fields.items() if k in rows[0]}
    findings.wrong += [
        f"{who} {name} at the POS"
        for name, value in wanted.items()
        if not is_same(name, value, rows[0][name])
    ]
    findings.wrong += [f"{who} {name} was not touched" for name in _others(rows[0], one)]
    if one.status and rows[0]["status"] != one.status:
        findings.wrong.append(f"{who} status at the POS")
    links = PosRecord.objects.scoped(world.scope).filter(
        link__customer=one.customer.pk, account=world.connection.account, gone_at__isnull=True
    )
    ids = list(links.values_list("external_id", flat=True))
    if rows[0]["pos_id"] not in ids:
        findings.lost.append(f"{who} is not joined with the POS's record")
    findings.doubled += [f"{who} has another record" for _ in ids[1:]]


def _is_meant(row: Mapping[str, Any], one: Wished) -> bool:
    if one.pos_id:
        return bool(row["pos_id"] == one.pos_id)
    return str(row.get("email") or "").casefold() == one.email


def _others(row: Mapping[str, Any], one: Wished) -> list[str]:
    """Return fields that nobody wanted changed, and that are different all the same.

    A no may become unsaid: a POS with one word for the status has none left for "not banned".
    """
    return [
        name
        for name, value in one.before.items()
        if name in FIELDS
        and name not in one.fields.keys() | _OF_THE_POS
        and not is_same(name, value or None, row.get(name) or None)
    ]
