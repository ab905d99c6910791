from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "rollcall.identity"
    label = "identity"
    verbose_name = "Identity"

    def ready(self) -> None:
        """Tell customers which merges are in force, and have decisions stand in their way."""
        from rollcall.customers.joins import (  # noqa: PLC0415  # models are ready now
            add_follower,
            use_joins,
        )
        from rollcall.customers.watching import (  # noqa: PLC0415
            add_absence_watcher,
            add_watcher,
        )
        from rollcall.identity.blockers import add_blocker  # noqa: PLC0415
        from rollcall.identity.operations.noting import note_records  # noqa: PLC0415
        from rollcall.identity.operations.pos_plans import (  # noqa: PLC0415
            follow_people,
            see_records,
        )
        from rollcall.identity.queries.decisions import (  # noqa: PLC0415
            find_blocking,
            screen_decided,
        )
        from rollcall.identity.queries.merges import read_joins  # noqa: PLC0415

        use_joins(read_joins)
        add_watcher("matching", note_records)
        add_blocker("decisions", find_blocking, screen=screen_decided)
        add_watcher("pos_plans", see_records)
        add_absence_watcher("pos_plans", see_records)
        add_follower("pos_plans", follow_people)
