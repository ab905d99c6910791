"""Pages of people: search for them, look at one, change one, see what one was."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy

from rollcall.customers.web import past, person, priorities, searching
from rollcall.web.navigation import Entry, add_entry

app_name = "customers"

urlpatterns = [
    path("customers/", searching.search_page, name="search"),
    path("customers/results/", searching.results_page, name="results"),
    path("customers/ask/", searching.ask_page, name="ask"),
    path("customers/priorities/", priorities.priorities_page, name="priorities"),
    path("customers/<uuid:public_id>/", person.customer_page, name="customer"),
    path("customers/<uuid:public_id>/edit/", person.edit_page, name="edit"),
    path("customers/<uuid:public_id>/status/", person.change_status, name="status"),
    path("customers/<uuid:public_id>/history/", past.history_page, name="history"),
    path("customers/<uuid:public_id>/history/restore/", past.restore_value, name="restore"),
]

add_entry(
    Entry(
        label=gettext_lazy("Customers"),
        view_name="customers:search",
        below=("customers:customer", "customers:results", "customers:edit", "customers:history"),
        place=10,
    )
)
