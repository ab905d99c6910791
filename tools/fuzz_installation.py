"""An installation to be fuzzed: a POS, sixty people, a server, a worker, keys; until it is killed.

``python tools/fuzz_installation.py FOLDER`` writes ``FOLDER/ready`` (shell variables) and
``FOLDER/schemathesis.toml`` (ids that exist) when it is up.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from rollcall.config.ports import usual_or_free
from rollcall.pos.simulator.options import SimulatorOptions
from rollcall.pos.simulator.running import running
from rollcall.testing.installation import Installation

#: What no honest program would need: limits are tried elsewhere.
LIMITS = {
    "ROLLCALL_INTEGRATION_REQUESTS_PER_MINUTE": "10000000",
    "ROLLCALL_KIOSK_LOOKUPS_PER_MINUTE": "10000000",
    "ROLLCALL_KIOSK_LOOKUPS_PER_DAY": "10000000",
    "ROLLCALL_KIOSK_LOOKUPS_PER_PERSON": "1000000",
    "ROLLCALL_KIOSK_IDENTIFICATIONS_PER_HOUR": "10000000",
    "ROLLCALL_FAILED_AUTHENTICATIONS_PER_MINUTE": "1000000",
    "ROLLCALL_LOG_LEVEL": "WARNING",
}
FILL = """
import json
from rollcall.config.cli.django_setup import start_django
start_django()
from rollcall.customers.models import Customer
from rollcall.kit.clock import utc_now
from rollcall.kit.scope import Actor, Grant, Role
from rollcall.orders.operations.catalogue import save_products
from rollcall.orders.rules.products import read_product
from rollcall.stores.models import Retailer, Store
from rollcall.stores.operations import mint_integration_key, mint_key, save_kiosk
from rollcall.stores.queries import get_system_scope
scope = get_system_scope(Retailer.objects.get().pk, actor=Actor(kind="cli", id="fuzz"))
store = Store.objects.scoped(scope).get()
program = mint_integration_key(
    scope, name="Fuzzer", role=Role.ADMIN, grants=tuple(Grant), stores=None
)
kiosk = save_kiosk(scope, catalog_id="42", name="Door", store=store).row
tea = {"sku": "TEA", "name": "Tea", "values": [{"id": "1", "name": "A cup", "value": "4.50"}]}
save_products(scope, store, [read_product(tea)])
print(json.dumps({
    "program": program.text,
    "kiosk": mint_key(scope, kiosk, now=utc_now()).text,
    "customer": str(Customer.objects.scoped(scope).earliest("pk").public_id),
}))
"""


def main(folder: Path) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with running("treez", SimulatorOptions(state=folder / "pos.sqlite", people=60)) as simulator:
        hub = Installation(data=folder / "hub")
        hub.connect(simulator.settings)
        hub.run("sync", "alder-way")
        environment = {**hub.environment(), **LIMITS}
        filled = subprocess.run(  # noqa: S603  # our own program
            [sys.executable, "-c", FILL], env=environment, capture_output=True, check=True
        )
        made = json.loads(filled.stdout.splitlines()[-1])
        port = usual_or_free(8577)
        with (folder / "serve.log").open("wb") as log:
            started = [
                subprocess.Popen(  # noqa: S603  # our own program
                    [sys.executable, "-m", "rollcall", *words],
                    env=environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
                for words in (["serve", "--port", str(port)], ["worker"])
            ]
            try:
                _announce(folder, f"http://localhost:{port}", made)
                started[0].wait()
            finally:
                for process in started:
                    process.terminate()
                for process in started:
                    process.wait()


def _announce(folder: Path, origin: str, made: dict[str, str]) -> None:
    _await(f"{origin}/api/v2/openapi.json")
    ids = {
        "catalog_id": "42", "kiosk_id": "42", "store": "alder-way", "store_id": "alder-way",
        "connection_id": "alder-way", "customer_id": made["customer"],
        **dict.fromkeys(("sync_id", "webhook_id", "task_id", "entry_id", "event_id"), "1"),
    }  # fmt: skip
    lines = [f'"path.{name}" = "{value}"' for name, value in ids.items()]
    (folder / "schemathesis.toml").write_text("\n".join(["[parameters]", *lines, ""]))
    words = {"ORIGIN": origin, "KIOSK_KEY": made["kiosk"], "PROGRAM_KEY": made["program"]}
    unfinished = folder / "ready.new"
    unfinished.write_text("".join(f"{name}={value}\n" for name, value in words.items()))
    unfinished.rename(folder / "ready")


def _await(address: str) -> None:
    deadline = time.monotonic() + 90
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  # our own
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
