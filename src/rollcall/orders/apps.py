from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "rollcall.orders"
    label = "orders"
    verbose_name = "Orders"

    def ready(self) -> None:
        """Let orders follow people, be told of, and come with calls of POS systems."""
        from rollcall.customers.joins import add_follower  # noqa: PLC0415  # models are ready now
        from rollcall.events.queries.sources import add_source  # noqa: PLC0415
        from rollcall.identity.blockers import add_consequence  # noqa: PLC0415
        from rollcall.inbox.watching import use_order_taker  # noqa: PLC0415
        from rollcall.orders.operations.following import (  # noqa: PLC0415
            find_orders,
            follow_people,
        )
        from rollcall.orders.operations.order_calls import take_called  # noqa: PLC0415
        from rollcall.orders.operations.order_wakes import wake_for_created  # noqa: PLC0415
        from rollcall.orders.queries.order_events import SOURCES  # noqa: PLC0415
        from rollcall.outbox.watching import add_creation_watcher  # noqa: PLC0415

        add_follower("kiosk_orders", follow_people)
        add_consequence("kiosk_orders", find_orders)
        use_order_taker(take_called)
        add_creation_watcher(wake_for_created)
        add_source(*SOURCES)
