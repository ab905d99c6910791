"""Which description of the platform API the Python client was generated from.

python tools/client_document.py            exit with 1 if the client is out of date
python tools/client_document.py --write    note that it is up to date, as tools/generate-client does
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Final

NOTED: Final = Path(__file__).resolve().parents[1] / "clients" / "python" / "document.sha256"


def document_hash() -> str:
    """Return the hash of what the platform API says of itself now."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollcall.config.settings")
    import django

    django.setup()
    from ninja.responses import NinjaJSONEncoder

    from rollcall.config.urls import platform_api

    told = json.dumps(platform_api.get_openapi_schema(), cls=NinjaJSONEncoder, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def is_stale() -> bool:
    """Whether the client was generated from another description."""
    return not NOTED.exists() or NOTED.read_text().strip() != document_hash()


def main() -> int:
    """Note the hash, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        NOTED.write_text(document_hash() + "\n")
        return 0
    return 1 if is_stale() else 0


if __name__ == "__main__":
    sys.exit(main())
