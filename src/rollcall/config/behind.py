"""What the processes behind call: everything, as in ``config.wsgi``, for who is forwarded."""

from __future__ import annotations

from django.urls import get_resolver

from rollcall.api.forwarding import forwarded
from rollcall.config import wsgi
from rollcall.config.lifeline import follow_starter

application = forwarded(wsgi.application)
get_resolver().url_patterns  # noqa: B018  # whoever comes first need not wait for the pages' imports
follow_starter()
