"""All addresses. Of allauth only what people need: no sign-up, no mail, no recovery."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path

from rollcall.config.people import StoresDirectory
from rollcall.web import views
from rollcall.web.access import use_directory

use_directory(StoresDirectory())

urlpatterns = [
    path("", views.start_page, name="start"),
    path("retailer/", views.switch_retailer, name="switch_retailer"),
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/", account.password_change, name="account_change_password"),
    path("", include("rollcall.customers.web")),
    path("", include("rollcall.sync.web")),
]
