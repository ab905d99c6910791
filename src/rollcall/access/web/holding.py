"""What holds people until they have done what their role demands."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from rollcall.access.queries.second_factor import lacks_second_factor
from rollcall.access.rules.single_sign_on import Provider
from rollcall.stores.models import User
from rollcall.web.access import Visit, is_htmx


def hold_without_second_factor(request: HttpRequest, visit: Visit) -> HttpResponse | None:
    """Lead managers and admins who have no second step to setting one up."""
    user = request.user
    if _provider_asked(request):
        return None
    if not isinstance(user, User) or not lacks_second_factor(user, visit.scope.role):
        return None
    if is_htmx(request):
        return HttpResponseClientRedirect(resolve_url("mfa_index"))
    return redirect("mfa_index")


def _provider_asked(request: HttpRequest) -> bool:
    """Whether they came from a provider that asks for the second step itself."""
    provider: Provider | None = settings.SINGLE_SIGN_ON
    if provider is None or not provider.proves_second_step:
        return False
    records = request.session.get("account_authentication_methods") or []
    return any(one.get("provider") == provider.id for one in records)
