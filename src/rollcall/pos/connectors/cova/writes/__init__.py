"""Creates and changes customers at Cova."""

from rollcall.pos.connectors.cova.writes.rules import problems_of, rules_for
from rollcall.pos.connectors.cova.writes.writer import Writer

__all__ = ["Writer", "problems_of", "rules_for"]
