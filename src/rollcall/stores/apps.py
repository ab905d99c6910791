from django.apps import AppConfig


class StoresConfig(AppConfig):
    name = "rollcall.stores"
    label = "stores"
    verbose_name = "Retailers, stores and people"
