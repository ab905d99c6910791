"""Addresses of this folder's own pages."""

from __future__ import annotations

from django.urls import path

from rollcall.access.web import joining, people, sessions, tablets

app_name = "access"

urlpatterns = [
    path("join/", joining.join, name="join"),
    path("security/sessions/", sessions.sessions_page, name="sessions"),
    path("security/sessions/end/", sessions.end_sessions, name="end_sessions"),
    path("security/pin/", tablets.pin_page, name="pin"),
    path("switch/", tablets.switch_page, name="switch"),
    path("switch/lock/", tablets.lock, name="lock"),
    path("switch/<int:person_id>/", tablets.switch_to, name="switch_to"),
    path("tablets/", tablets.tablets_page, name="tablets"),
    path("tablets/<int:tablet_id>/end/", tablets.end, name="end_tablet"),
    path("staff/", people.people_page, name="people"),
    path("staff/invite/", people.invite_page, name="invite"),
    path(
        "staff/invitations/<int:invitation_id>/withdraw/",
        people.withdraw_invitation,
        name="withdraw",
    ),
    path("staff/break-glass/<int:glass_id>/end/", people.end_glass, name="end_glass"),
    path("staff/<int:membership_id>/", people.person_page, name="person"),
    path("staff/<int:membership_id>/end/", people.end_person, name="end"),
    path("staff/<int:membership_id>/second-step/", people.forget_factors, name="forget_factors"),
]
