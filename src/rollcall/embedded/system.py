"""PostgreSQL installations of the machine itself."""

from __future__ import annotations

from pathlib import Path

_ROOT = Path("/usr/lib/postgresql")


def find_system_programs(root: Path = _ROOT) -> dict[str, Path]:
    """Return the programs' folder of each major version that a Debian-like system has installed."""
    found = (path.parent for path in sorted(root.glob("*/bin/postgres")))
    return {folder.parent.name: folder for folder in found if (folder / "initdb").is_file()}
