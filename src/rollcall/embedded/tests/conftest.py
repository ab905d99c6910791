"""Data folders of the kinds that matter, processes that use them, and proof that none is left."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

import rollcall
from rollcall.embedded import EmbeddedServer
from rollcall.embedded.postmaster import stop_postmaster
from rollcall.embedded.tests.places import NOBODY, ordinary_python, short_place

_PROGRAM = Path(__file__).with_name("user.py")


class User:
    """A process of its own that uses the server on a data folder."""

    def __init__(
        self,
        data_dir: Path,
        *,
        bin_dir: Path | None = None,
        uid: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        python = sys.executable if uid is None else ordinary_python()
        packages = [str(Path(rollcall.__file__).parents[1])]
        packages += [path for path in sys.path if path.endswith("site-packages")]
        self.process = subprocess.Popen(
            [python, str(_PROGRAM), str(data_dir), *([str(bin_dir)] if bin_dir else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
            user=uid,
            group=uid,
            extra_groups=None if uid is None else [],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(packages)}
            | dict(environment or {}),
        )

    def tell(self, command: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, object]:
        assert self.process.stdout is not None
        answer: dict[str, object] = json.loads(self.process.stdout.readline())
        return answer

    def ask(self, command: str) -> object:
        """Return the answer, or the message of the error."""
        self.tell(command)
        answer = self.hear()
        return answer.get("ok", answer.get("error"))

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.end()

    def end(self) -> int:
        """Close its input and wait; return its exit code."""
        with suppress(BrokenPipeError):
            self.process.communicate(timeout=60)
        return self.process.returncode


@pytest.fixture
def new_user() -> Iterator[Callable[..., User]]:
    users: list[User] = []

    def make(data_dir: Path, **options: object) -> User:
        users.append(User(data_dir, **options))  # type: ignore[arg-type]  # passed through
        return users[-1]

    yield make
    for user in users:
        user.kill()


@pytest.fixture
def reachable(new_user: object) -> Iterator[Path]:
    """A short path that every account may pass; no server survives the test."""
    root = Path(tempfile.mkdtemp(prefix="rc-", dir=short_place()))
    root.chmod(0o755)
    yield root
    _end_servers_below(root)
    shutil.rmtree(root)


@pytest.fixture(scope="session")
def first_start() -> Iterator[Path]:
    """One data folder after its first start, to be copied: most tests are not about that."""
    root = Path(tempfile.mkdtemp(prefix="rc-", dir=short_place()))
    root.chmod(0o755)
    with EmbeddedServer(root / "d"):
        pass
    yield root / "d"
    shutil.rmtree(root)


@pytest.fixture
def installed(first_start: Path) -> Callable[[Path], Path]:
    """Return a function that puts a data folder in place, as it is after a first start."""

    def put(place: Path) -> Path:
        place.parent.mkdir(parents=True, exist_ok=True)
        copy = ["/bin/cp", "-a", str(first_start), str(place)]
        subprocess.run(copy, check=True)
        return place

    return put


@pytest.fixture
def data_dir(reachable: Path, installed: Callable[[Path], Path]) -> Path:
    """A data folder after its first start, in a reachable place."""
    return installed(reachable / "d")


@pytest.fixture
def private(reachable: Path) -> Path:
    """A folder below one that only its owner may pass."""
    closed = reachable / "home"
    closed.mkdir(mode=0o700)
    return closed


@pytest.fixture
def owned_by_nobody(reachable: Path) -> Path:
    """A folder of an ordinary user's own."""
    folder = reachable / "own"
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY, NOBODY)
    return folder


def _end_servers_below(root: Path) -> None:
    for file in root.rglob("postmaster.pid"):
        stop_postmaster(file.parent)
