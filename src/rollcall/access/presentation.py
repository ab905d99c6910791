"""How sign-in, and the people who may, are laid out in pages."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext

from rollcall.access.queries.people import Colleague
from rollcall.access.rules.pins import TABLET_KEY
from rollcall.access.rules.single_sign_on import Provider
from rollcall.kit.scope import Role

register = template.Library()

#: Name of the form's field in which stores are chosen.
STORES: Final = "stores"


@register.filter
def as_json(value: object) -> str:
    """Options for a script, to stand in an attribute: Django escapes them there."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.simple_tag
def single_sign_on() -> Provider | None:
    """The company's provider, if there is one."""
    provider: Provider | None = settings.SINGLE_SIGN_ON
    return provider


@register.simple_tag(takes_context=True)
def on_shared_tablet(context: template.Context) -> bool:
    """Whether others use this browser in turn."""
    request = context.get("request")
    return request is not None and TABLET_KEY in request.session


def name_role(role: Role) -> str:
    """What people call a role."""
    return {
        Role.STAFF: gettext("Staff"),
        Role.MANAGER: gettext("Manager"),
        Role.ADMIN: gettext("Administrator"),
    }.get(role, role.value)


def name_stores(store_ids: Collection[int] | None, names: Mapping[int, str]) -> str:
    """Where somebody works, in words."""
    if store_ids is None:
        return gettext("all stores")
    known = sorted(names[one] for one in store_ids if one in names)
    return ", ".join(known) or gettext("no store")


def as_rows(people: Sequence[Colleague], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """One row of the page a person."""
    return [
        {
            "id": one.membership.pk,
            "name": one.user.name or one.user.email,
            "email": one.user.email,
            "role": name_role(one.role),
            "stores": name_stores(one.store_ids, names),
            "may_change": one.may_change,
            "has_second_factor": one.has_second_factor,
        }
        for one in people
    ]
