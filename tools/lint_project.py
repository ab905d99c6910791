"""What the other linters cannot see: missing migrations, and what must never be committed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from client_document import is_stale

ROOT = Path(__file__).resolve().parents[1]

#: Put together from parts, so that this file does not trip over itself.
_FORBIDDEN = {
    "the host of a package registry": re.compile(
        "|".join(
            ["py" + "pi\\.org", "python" + "hosted", "registry\\.npm" + "js", "deb\\.deb" + "ian"]
        )
    ),
    "a path of one machine": re.compile(r"(?<![\w.])/(wo" + r"rk|ro" + r"ot|ho" + r"me)/\w"),
    "a private key": re.compile("BEGIN [A-Z ]*PRIVATE " + "KEY"),
}


def tracked_texts() -> list[tuple[str, str]]:
    """Every tracked text file with its content."""
    names = subprocess.run(  # git, fixed arguments
        ["git", "ls-files", "-z"],  # noqa: S607
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    found = []
    for name in filter(None, names):
        path = ROOT / name
        try:
            found.append((name, path.read_text(encoding="utf-8")))
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return found


def forbidden() -> list[str]:
    """One line for each thing that must not be in the repository."""
    return [
        f"{name}:{number}: {what}"
        for name, text in tracked_texts()
        for number, line in enumerate(text.splitlines(), start=1)
        for what, pattern in _FORBIDDEN.items()
        if pattern.search(line)
    ]


def missing_migrations() -> bool:
    """Whether models and migrations disagree."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollcall.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    except SystemExit:
        return True
    return False


def main() -> int:
    """Print what is wrong; 1 if anything is."""
    lines = forbidden()
    print("\n".join(lines), end="\n" if lines else "")
    is_old = is_stale()
    if is_old:
        print("clients/python is not what rollcall openapi says: run tools/generate-client")
    return 1 if missing_migrations() or lines or is_old else 0


if __name__ == "__main__":
    sys.exit(main())
