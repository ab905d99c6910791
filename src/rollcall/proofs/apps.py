from django.apps import AppConfig


class ProofsConfig(AppConfig):
    name = "rollcall.proofs"
    label = "proofs"
    verbose_name = "Proofs"
