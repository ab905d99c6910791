from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "rollcall.sync"
    label = "sync"
    verbose_name = "Synchronisation"

    def ready(self) -> None:
        """Tell identity how staff merge customers at each POS."""
        from rollcall.identity.pos_ways import use_pos_ways  # noqa: PLC0415  # all is loaded now
        from rollcall.sync.pos_ways import find_way  # noqa: PLC0415

        use_pos_ways(find_way)
