"""What the processes that listen call: look-ups and calls of POS systems are answered here.

Both are quick. Whatever else comes is forwarded to the processes behind (``config.behind``), so
that no page, and nobody who registers or waits for a POS, takes the interpreter from a look-up.
"""

from __future__ import annotations

import os
import sys

from rollcall.config.cli.django_setup import start_django

start_django()

from rollcall.api.forwarding import ElsewhereError, forwarder  # noqa: E402  # needs Django
from rollcall.api.serving import shortcut  # noqa: E402  # needs Django
from rollcall.config import urls  # noqa: E402  # needs Django
from rollcall.config.environment import BEHIND  # noqa: E402
from rollcall.config.lifeline import follow_starter  # noqa: E402
from rollcall.customers.asking import Wanted, use_asker  # noqa: E402  # needs Django
from rollcall.inbox.api import hooks  # noqa: E402  # needs Django
from rollcall.kit.scope import Scope  # noqa: E402


def _leave(scope: Scope, store_ids: frozenset[int] | None, wanted: Wanted) -> bool:  # noqa: ARG001
    raise ElsewhereError


use_asker(_leave)
application = hooks(shortcut(forwarder(os.environ[BEHIND]), urls.shortcuts))

follow_starter()
sys.setswitchinterval(0.0005)  # as in config.wsgi
