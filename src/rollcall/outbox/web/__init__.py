"""Pages of the outbox: entries, what people do with them, and which connections may write."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy

from rollcall.customers.panels import Panel, add_panel
from rollcall.kit.scope import Role
from rollcall.outbox.web import entries, person, writing
from rollcall.web.navigation import Entry, add_entry

app_name = "outbox"

urlpatterns = [
    path("outbox/", entries.list_page, name="list"),
    path("outbox/rows/", entries.rows, name="rows"),
    path("outbox/<int:entry_id>/", entries.entry_page, name="entry"),
    path("outbox/<int:entry_id>/state/", entries.entry_state, name="state"),
    path("outbox/<int:entry_id>/again/", entries.send_entry_again, name="again"),
    path("outbox/<int:entry_id>/mend/", entries.mend_entry, name="mend"),
    path("outbox/<int:entry_id>/discard/", entries.discard_entry, name="discard"),
    path("outbox/writing/", writing.writers_page, name="writers"),
    path("outbox/writing/stop/", writing.stop_everything, name="stop_all"),
    path("connections/<slug:slug>/writing/", writing.writing_page, name="writing"),
    path("connections/<slug:slug>/writing/switch/", writing.switch_writing, name="switch"),
    path("connections/<slug:slug>/writing/stop/", writing.stop_writing, name="stop"),
    path("customers/<uuid:public_id>/outbox/", person.person_entries, name="person"),
]

add_entry(
    Entry(
        label=gettext_lazy("Outbox"),
        view_name="outbox:list",
        below=(
            "outbox:entry",
            "outbox:mend",
            "outbox:discard",
            "outbox:writers",
            "outbox:writing",
            "outbox:switch",
        ),
        role=Role.MANAGER,
        place=25,
    )
)
add_panel(Panel(name="outbox", render=person.render_panel, place=10))
