from rollcall.identity.tests.bulk_shop import by_two, held
from rollcall.identity.tests.merging_shop import shop

__all__ = ["by_two", "held", "shop"]
