"""Everything in one process, for web servers other than ``rollcall serve``."""

from __future__ import annotations

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rollcall.config.settings")

_pages = get_wsgi_application()

from rollcall.api.serving import shortcut  # noqa: E402  # needs Django
from rollcall.api.turns import USUAL, in_lane  # noqa: E402  # needs Django
from rollcall.config import urls  # noqa: E402  # needs Django
from rollcall.inbox.api import hooks  # noqa: E402  # needs Django

application = hooks(shortcut(in_lane(USUAL, _pages), urls.shortcuts))

#: Seconds. A look-up that comes back from the database waits so long for another thread's turn at
#: the interpreter, at most.
sys.setswitchinterval(0.0005)
