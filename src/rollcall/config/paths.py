"""Where an installation keeps its files when no external database is set."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from rollcall.config import environment


def data_dir() -> Path:
    """The data folder: ``ROLLCALL_DATA_DIR``, or a place that fits how Rollcall was installed.

    A checkout keeps it beside its code; otherwise root uses ``/var/lib/rollcall`` and an ordinary
    user the XDG data folder. The folder need not exist yet.
    """
    chosen = environment.text("ROLLCALL_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").is_file():
        return checkout / ".rollcall"
    if os.geteuid() == 0:
        return Path("/var/lib/rollcall")
    xdg = environment.text("XDG_DATA_HOME") or "~/.local/share"
    return Path(xdg).expanduser() / "rollcall"


def write_secret(path: Path, content: str) -> str:
    """Keep a secret in a file that only its owner may read; an existing file wins.

    Safe against two processes at once: the file appears whole or not at all.

    :return: what the file holds in the end.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not by process id: two containers on one volume may both be process 1.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            return path.read_text(encoding="utf-8").strip()
    finally:
        draft.unlink()
    return content
