"""The demo's retailer: six dispensaries, two people who sign in, five simulated POS systems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml

#: The pages only listen on this machine, and everybody in them is invented.
PASSWORD: Final = "rollcall-demo"  # noqa: S105
LOG_INS: Final = (
    ("alice@example.com", "admin", "Alice Example"),
    ("bob@example.com", "staff", "Bob Example"),
)
SEED: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoPos:
    """One simulated POS; the stores of a company may share it.

    :param locations: names of the stores that read its list, by slug.
    :param settings: laid over those that the simulator announces.
    """

    name: str
    kind: str
    usual_port: int
    locations: Mapping[str, str]
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def account(self) -> str:
        """What the POS calls this customer list."""
        return self.name.replace("-", "")


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoStore:
    """One dispensary, and which location of which POS it is.

    :param location: counted from 0.
    """

    slug: str
    name: str
    pos: DemoPos
    location: int

    @property
    def connection(self) -> str:
        """Name of the connection that reads its POS."""
        return f"{self.slug}-{self.pos.kind}"


POS_SYSTEMS: Final = (
    DemoPos(name="alder-way", kind="treez", usual_port=8101, locations={"alder-way": "Alder Way"}),
    DemoPos(
        name="cedar",
        kind="leaflogix",
        usual_port=8102,
        locations={"cedar-hill": "Cedar Hill"},
        # 120 a minute is the limit; so small a list never meets it, and need not be read slowly.
        settings={"requests_per_second": 20},
    ),
    DemoPos(
        name="harbor",
        kind="flowhub",
        usual_port=8103,
        locations={"harbor": "Harbor", "mill-street": "Mill Street"},
    ),
    DemoPos(name="juniper", kind="cova", usual_port=8104, locations={"juniper": "Juniper Lane"}),
    DemoPos(name="laurel", kind="blaze", usual_port=8105, locations={"laurel": "Laurel Street"}),
)
STORES: Final = tuple(
    DemoStore(slug=slug, name=name, pos=pos, location=location)
    for pos in POS_SYSTEMS
    for location, (slug, name) in enumerate(pos.locations.items())
)


def write_file(folder: Path, settings: Mapping[str, Sequence[Mapping[str, object]]]) -> Path:
    """Write the file that ``rollcall apply`` reads, and the secrets that it refers to.

    :param settings: by name of the POS, the connection settings of each of its locations.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "password").write_text(PASSWORD)
    document = {
        "retailer": {"slug": "alder", "name": "Alder Group"},
        "stores": [
            {
                "slug": store.slug,
                "name": store.name,
                "time_zone": "America/Los_Angeles",
                "jurisdiction": "US-CA",
                "licence_type": "adult-use-retail",
            }
            for store in STORES
        ],
        "kiosks": [
            {"catalog_id": f"{store.slug}-1", "name": "Front door", "store": store.slug}
            for store in STORES
        ],
        "users": [
            {
                "email": email,
                "name": name,
                "role": role,
                "stores": "all",
                "password": {"file": "password"},
            }
            for email, role, name in LOG_INS
        ],
        "connections": [
            {
                "slug": store.connection,
                "kind": store.pos.kind,
                "stores": [store.slug],
                "settings": _with_files(folder, store, settings[store.pos.name][store.location]),
            }
            for store in STORES
        ],
    }
    path = folder / "retailer.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return path


def _with_files(
    folder: Path, store: DemoStore, settings: Mapping[str, object]
) -> dict[str, object]:
    # Every setting through a file: the demo need not know which of a POS's settings are secret.
    written: dict[str, object] = {}
    for name, value in settings.items():
        if isinstance(value, str):
            secret = folder / f"{store.connection}.{name}"
            secret.write_text(value)
            written[name] = {"file": secret.name}
        else:
            written[name] = value
    return written
