"""Log-ins of web shops: whose they are, and which somebody has."""

from __future__ import annotations

import uuid

from rollcall.customers.queries.profile import visible_records
from rollcall.customers.queries.sealed import unseal
from rollcall.kit.scope import Scope
from rollcall.kit.scoping import ScopedQuerySet
from rollcall.proofs.models import WebIdentity
from rollcall.proofs.rules.tokens import web_identity_context
from rollcall.stores.queries import get_keys


class WebIdentityNotFoundError(LookupError):
    """There is none that is bound and that the scope may see."""


def subject_key(scope: Scope, issuer: str, subject: str) -> int:
    """Return the blind index of a log-in."""
    return get_keys(scope).blind("web identity", f"{issuer} {subject}")


def bound_identities(scope: Scope) -> ScopedQuerySet[WebIdentity]:
    """Return those that are bound, of the whole retailer."""
    return WebIdentity.objects.scoped(scope).filter(unbound_at__isnull=True)


def find_bound(scope: Scope, issuer: str, subject: str) -> WebIdentity | None:
    """Return the log-in, whoever of the retailer has it; None if it is bound to nobody."""
    found = (
        bound_identities(scope)
        .select_related("holder")
        .filter(subject_key=subject_key(scope, issuer, subject))
        .first()
    )
    # Blind indexes may collide.
    if found is None or (found.issuer, open_subject(scope, found)) != (issuer, subject):
        return None
    return found


def find_visible(scope: Scope, issuer: str, subject: str) -> WebIdentity | None:
    """As :func:`find_bound`, of people whom the scope may see."""
    found = find_bound(scope, issuer, subject)
    return found if found is not None and _is_visible(scope, found) else None


def get_bound(scope: Scope, public_id: uuid.UUID) -> WebIdentity:
    """Return one by its id.

    :raises WebIdentityNotFoundError: none that is bound and may be seen.
    """
    found = bound_identities(scope).select_related("holder").filter(public_id=public_id).first()
    if found is None or not _is_visible(scope, found):
        raise WebIdentityNotFoundError
    return found


def list_of_person(scope: Scope, customer_id: int) -> list[WebIdentity]:
    """Return what a person, whom the scope may see, has; the newest first."""
    return list(bound_identities(scope).filter(holder=customer_id).order_by("-pk"))


def open_subject(scope: Scope, identity: WebIdentity) -> str:
    """Unseal the subject."""
    context = web_identity_context(identity.public_id)
    return unseal(scope, identity.sealed_subject, context=context).decode()


def _is_visible(scope: Scope, identity: WebIdentity) -> bool:
    if scope.store_ids is None:
        return True
    return visible_records(scope, [identity.holder_id]).exists()
