"""How long things are good for, and how often they may be tried."""

from __future__ import annotations

import datetime as dt
from typing import Final

CODE_LIFE: Final = dt.timedelta(minutes=10)
CODE_DIGITS: Final = 6
CODE_TRIES: Final = 5
#: The next code is made no sooner; until then the last one counts.
CODE_PAUSE: Final = dt.timedelta(minutes=1)
CODES_AN_HOUR: Final = 5
PROOF_LIFE: Final = dt.timedelta(minutes=10)
#: Proofs that did not fit, of one value or at one person.
TRIES_AN_HOUR: Final = 10
HOUR: Final = dt.timedelta(hours=1)
#: Rows are kept so long after they mean nothing any more.
KEPT: Final = dt.timedelta(days=1)
