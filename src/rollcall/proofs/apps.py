from django.apps import AppConfig


class ProofsConfig(AppConfig):
    name = "rollcall.proofs"
    label = "proofs"
    verbose_name = "Proofs"

    def ready(self) -> None:
        """Let log-ins follow people."""
        from rollcall.customers.joins import add_follower  # noqa: PLC0415  # models are ready now
        from rollcall.proofs.operations.web_identities import follow_people  # noqa: PLC0415

        add_follower("web_identities", follow_people)
