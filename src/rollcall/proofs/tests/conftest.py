from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def connection_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request drops Django's old connections first, and with them the test's transaction."""
    for module in ("rollcall.api.keys", "rollcall.proofs.queries.proofs"):
        monkeypatch.setattr(f"{module}.close_old_connections", lambda: None)
