"""The main navigation: capabilities add their entries when their pages are loaded."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from rollcall.kit.scope import Role


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One link of the main navigation.

    :param view_name: where it leads, such as ``customers:search``.
    :param below: names of the pages that lie under it, for "you are here".
    :param role: who sees it at least; the page checks for itself.
    :param place: position; smaller comes first.
    :param in_menu: it is needed seldom, and stands in the menu of the account.
    """

    label: str | Promise
    view_name: str
    below: tuple[str, ...] = ()
    role: Role = Role.STAFF
    place: int = 100
    in_menu: bool = False


_ENTRIES: dict[str, Entry] = {}


def add_entry(entry: Entry) -> None:
    """Put an entry into the navigation; adding the same page again replaces it."""
    _ENTRIES[entry.view_name] = entry


def list_entries(role: Role, *, in_menu: bool = False) -> list[Entry]:
    """What this role sees, in order: of the navigation, or of the account's menu."""
    entries = (entry for entry in _ENTRIES.values() if entry.in_menu is in_menu)
    seen = (entry for entry in entries if role.includes(entry.role))
    return sorted(seen, key=lambda entry: (entry.place, entry.view_name))
