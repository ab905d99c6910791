"""The demo's retailer: two dispensaries, two people who sign in, two simulated POS systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

#: The pages only listen on this machine, and everybody in them is invented.
PASSWORD: Final = "rollcall-demo"  # noqa: S105
LOG_INS: Final = (
    ("alice@example.com", "admin", "Alice Example"),
    ("bob@example.com", "staff", "Bob Example"),
)
PEOPLE: Final = 2000
SEED: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoStore:
    """One dispensary and its POS."""

    slug: str
    name: str
    kind: str
    number: int
    usual_port: int

    @property
    def connection(self) -> str:
        """Name of the connection that reads its POS."""
        return f"{self.slug}-{self.kind}"

    @property
    def account(self) -> str:
        """What the POS calls this customer list."""
        return self.slug.replace("-", "")


STORES: Final = (
    DemoStore(slug="alder-way", name="Alder Way", kind="treez", number=1, usual_port=8101),
    DemoStore(slug="harbor", name="Harbor", kind="treez", number=2, usual_port=8102),
)


def write_file(folder: Path, settings: Mapping[str, Mapping[str, object]]) -> Path:
    """Write the file that ``rollcall apply`` reads, and the secrets that it refers to.

    :param settings: by store slug, the connection settings that reach its simulator.
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
                "kind": store.kind,
                "stores": [store.slug],
                "settings": _with_files(folder, store, settings[store.slug]),
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
