"""All addresses, with those of notices."""

from __future__ import annotations

from django.urls import include, path

from rollcall.config import urls

urlpatterns = [*urls.urlpatterns, path("", include("rollcall.notifications.web"))]
