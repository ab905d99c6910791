"""Creates and changes customers at Cova."""

from rollcall.pos.connectors.cova.writes.rules import CHANGEABLE, problems_of
from rollcall.pos.connectors.cova.writes.writer import Writer

__all__ = ["CHANGEABLE", "Writer", "problems_of"]
