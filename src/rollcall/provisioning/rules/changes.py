"""What an application of a file did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that was created or updated.

    :param kind: retailer, store, kiosk, key, user, connection, schedule, priority or product.
    :param slug: what the file calls it.
    :param action: ``created`` or ``updated``.
    :param fields: names of the changed fields, never their values.
    """

    kind: str
    slug: str
    action: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Minted:
    """A key that was made just now and can be read nowhere else."""

    catalog_id: str
    key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """What one document did; nothing if the retailer was as the document says."""

    retailer: str
    changes: Sequence[Change] = ()
    minted: Sequence[Minted] = ()
