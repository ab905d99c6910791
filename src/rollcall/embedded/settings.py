"""The server's settings. They stand on its command line: each start has the current ones."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rollcall.embedded.address import Address
from rollcall.embedded.memory import cache_mb

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - looked at, nothing is written there
_SHARED_MEMORY_ENOUGH_BYTES = 1_000_000_000

_FIXED = {
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "120",
    "max_wal_size": "4GB",
    # Short queries by the thousand: compiling them costs more than it gains.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
    # Statements, parameters and the details of errors contain personal data, which has no place in
    # a log; Rollcall sees and logs its own errors. What is left tells of starts, stops and crashes.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
    "log_temp_files": "-1",
    "logging_collector": "off",
    "log_destination": "stderr",
}


def options_for(address: Address) -> list[str]:
    """Return the command-line options of a server that listens at ``address`` and nowhere else."""
    settings = _FIXED | {"shared_buffers": f"{cache_mb()}MB"} | _listening(address)
    if _shared_memory_is_small():
        # A container's /dev/shm of 64 MB ends parallel queries with "No space left on device".
        settings["dynamic_shared_memory_type"] = "mmap"
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _listening(address: Address) -> dict[str, str]:
    if address.is_socket:
        quoted = address.host.replace('"', '""')
        return {
            "listen_addresses": "",
            "unix_socket_directories": f'"{quoted}"',
            "port": str(address.port),
        }
    return {
        "listen_addresses": address.host,
        "unix_socket_directories": "",
        "port": str(address.port),
    }


def _shared_memory_is_small() -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        status = os.statvfs(_SHARED_MEMORY)
    except OSError:
        return True
    return status.f_blocks * status.f_frsize < _SHARED_MEMORY_ENOUGH_BYTES
