"""Sockets, ports, odd paths, and the caller's environment."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from rollcall.embedded import EmbeddedServer, ServerInfo
from rollcall.embedded.tests.conftest import User

NewUser = Callable[..., User]


@pytest.fixture
def long_path(reachable: Path, installed: Callable[[Path], Path]) -> Path:
    return installed(reachable / ("deep" * 20) / ("down" * 10))


def is_usable(info: ServerInfo) -> bool:
    with psycopg.connect(info.url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


class TestLongPath:
    def test_falls_back_to_the_loopback_address(self, long_path: Path) -> None:
        with EmbeddedServer(long_path) as info:
            assert info.host == "127.0.0.1"
            assert is_usable(info)

    def test_keeps_its_port_over_a_restart(self, long_path: Path) -> None:
        server = EmbeddedServer(long_path)
        with server as first:
            pass
        with server as second:
            assert second.port == first.port

    def test_moves_to_another_port_when_its_own_is_taken(self, long_path: Path) -> None:
        server = EmbeddedServer(long_path)
        with server as first:
            pass
        with socket.socket() as taker:
            taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taker.bind(("127.0.0.1", first.port))
            taker.listen()
            with server as second:
                assert second.port != first.port
                assert is_usable(second)
        with server as third:
            assert third.port == second.port


class TestShortPath:
    def test_has_a_socket_and_no_port(self, data_dir: Path) -> None:
        with EmbeddedServer(data_dir) as info, psycopg.connect(info.url) as connection:
            row = connection.execute("SHOW listen_addresses").fetchone()

            assert info.host == str(data_dir / "socket")
            assert row == ("",)

    def test_may_have_any_name(self, reachable: Path) -> None:
        name = 'a b L\u00e4den it\'s "q" 50% #?&=\\'

        with EmbeddedServer(reachable / name) as info:
            assert info.host == str(reachable / name / "socket")
            assert is_usable(info)

    def test_with_a_comma_has_no_socket(
        self, reachable: Path, installed: Callable[[Path], Path]
    ) -> None:
        with EmbeddedServer(installed(reachable / "here, there")) as info:
            assert info.host == "127.0.0.1"
            assert is_usable(info)

    def test_may_lead_over_a_symbolic_link(self, reachable: Path, data_dir: Path) -> None:
        (reachable / "link").symlink_to(data_dir)

        with EmbeddedServer(reachable / "link") as one, EmbeddedServer(data_dir) as other:
            assert one == other


class TestEnvironment:
    def test_of_the_caller_reaches_neither_server_nor_client(
        self, data_dir: Path, new_user: NewUser
    ) -> None:
        environment = {
            "PGHOST": "192.0.2.1",
            "PGHOSTADDR": "192.0.2.1",
            "PGPORT": "1",
            "PGUSER": "somebody",
            "PGDATA": "/nowhere",
            "PGSERVICE": "nosuchservice",
            "PGOPTIONS": "-c nosuch=setting",
            "PGSSLMODE": "verify-full",
            "PGREQUIREAUTH": "none",
            "PGTARGETSESSIONATTRS": "standby",
            "LD_LIBRARY_PATH": "/nowhere",
            "LC_ALL": "xx_YY.nosuch",
            "TZ": "Nowhere/Atall",
        }

        assert new_user(data_dir, environment=environment).ask("count") == 1
        pid = (data_dir / "pg" / "postmaster.pid").read_text().splitlines()[0]
        environ = Path(f"/proc/{pid}/environ").read_bytes()
        assert not [entry for entry in environ.split(b"\0") if entry.startswith((b"PGH", b"LD_"))]
        assert b"nowhere" not in environ.lower()


class TestUrl:
    def test_carries_a_socket_folder_as_a_parameter(self) -> None:
        info = ServerInfo(host="/a b/S", port=5432, user="u", password="p/w", database="d")

        assert info.url == "postgresql://u:p%2Fw@/d?host=%2Fa%20b%2FS&port=5432"

    def test_carries_a_port_in_the_usual_place(self) -> None:
        info = ServerInfo(host="127.0.0.1", port=7, user="u", password="p", database="d")

        assert info.url == "postgresql://u:p@127.0.0.1:7/d"
