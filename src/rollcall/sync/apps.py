from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "rollcall.sync"
    label = "sync"
    verbose_name = "Synchronisation"
