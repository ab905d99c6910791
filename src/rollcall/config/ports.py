"""Choosing ports: the usual one, or a free one if it is taken."""

from __future__ import annotations

import socket


def is_free(port: int, *, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def usual_or_free(port: int, *, host: str = "127.0.0.1") -> int:
    """``port`` if it is free, the next free one of the following hundred, or any."""
    for candidate in range(port, port + 100):
        if is_free(candidate, host=host):
            return candidate
    with socket.socket() as probe:
        probe.bind((host, 0))
        chosen: int = probe.getsockname()[1]
        return chosen
