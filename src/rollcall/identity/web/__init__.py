"""Pages of who is who: the review queue, and taking merges back."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy

from rollcall.customers.panels import Panel, add_panel
from rollcall.identity.web import (
    bulk,
    doubts,
    explaining,
    households,
    matching,
    planning,
    previewing,
    reviewing,
    shared_values,
    undoing,
)
from rollcall.kit.scope import Role
from rollcall.web.navigation import Entry, add_entry

app_name = "identity"

urlpatterns = [
    path("people/review/", reviewing.review_page, name="review"),
    path("people/review/answer/", reviewing.answer_pair, name="review_answer"),
    path("people/review/undo/", reviewing.undo_answer, name="review_undo"),
    path("people/review/bulk/", bulk.bulk_page, name="bulk"),
    path("people/review/bulk/<int:run_id>/", bulk.bulk_run, name="bulk_run"),
    path("people/review/bulk/<int:run_id>/progress/", bulk.bulk_progress, name="bulk_progress"),
    path("people/review/bulk/<int:run_id>/steer/", bulk.steer_bulk, name="bulk_steer"),
    path("people/matching/", matching.matching_page, name="matching"),
    path("people/matching/save/", matching.save_matching, name="matching_save"),
    path("people/matching/merges/", matching.weak_merges_page, name="weak_merges"),
    path("people/matching/merges/<int:merge_id>/keep/", matching.keep_weak, name="weak_merge_keep"),
    path("people/review/<int:suggestion_id>/preview/", previewing.preview_pair, name="preview"),
    path("people/pos-merges/", planning.plans_page, name="plans"),
    path("people/pos-merges/<int:plan_id>/", planning.change_plan, name="change_plan"),
    path("customers/<uuid:public_id>/pos-merges/", planning.person_plans, name="person_plans"),
    path("customers/<uuid:public_id>/identity/", explaining.explain_page, name="explain"),
    path("customers/<uuid:public_id>/household/", households.link, name="household_link"),
    path("households/<int:decision_id>/withdraw/", households.unlink, name="household_unlink"),
    path("merges/<int:merge_id>/undo/", undoing.undo_page, name="undo"),
    path("people/review/joined/", doubts.doubts_page, name="doubts"),
    path("people/review/joined/keep/", doubts.keep, name="keep"),
    path("people/shared-values/", shared_values.shared_values_page, name="shared_values"),
    path("people/shared-values/look/", shared_values.look_page, name="shared_value"),
    path("people/shared-values/say/", shared_values.say_of_value, name="say_of_value"),
    path("people/shared-values/release/", shared_values.release, name="release_reopening"),
]

add_panel(Panel(name="who", render=households.render_panel, role=Role.MANAGER, place=55))
add_panel(Panel(name="merges", render=undoing.render_panel, place=60))

add_entry(
    Entry(
        label=gettext_lazy("Review"),
        view_name="identity:review",
        below=(
            "identity:bulk",
            "identity:bulk_run",
            "identity:matching",
            "identity:weak_merges",
            "identity:doubts",
            "identity:shared_values",
            "identity:shared_value",
            "identity:plans",
        ),
        role=Role.MANAGER,
        place=15,
    )
)
