"""The errors of a POS, named by what the caller does next.

::

    PosError
    ├── PosUnavailableError       retry later (``retry_after_s`` if the POS said when)
    │   ├── PosThrottledError     the same, and slow down
    │   └── PosOutcomeUnknownError   it may have been done: look before trying again
    ├── PosConflictError          somebody else changed it meanwhile: read it again
    ├── PosCredentialsError       fix the credentials; retrying will not help
    ├── PosRefusedDataError       fix the data that was sent
    │   └── PosDuplicateError     it exists already (``existing_id`` where the POS names it)
    ├── PosGoneError              the record that was asked for is not there (any more)
    ├── PosNeedsHumanError        somebody must decide or repair something at the POS
    ├── UnsupportedByPosError     this POS cannot do it; never dropped in silence
    └── RowError                  one row that was read cannot be taken over: quarantine it

Messages may be shown to administrators and written to logs: they carry codes, field names and the
POS's own words for the *kind* of problem, never a person's values and never a secret.
"""

from __future__ import annotations


class PosError(Exception):
    """Anything that went wrong between us and a POS."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        #: The POS's own code (``resultReason``, HTTP status …), for the log and the run's page.
        self.code = code


class PosUnavailableError(PosError):
    """The POS did not answer, or not sensibly (time-out, reset, 5xx, not JSON): retry later."""

    def __init__(self, message: str, *, code: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after_s = retry_after_s


class PosThrottledError(PosUnavailableError):
    """The POS said that we ask too often (429)."""


class PosOutcomeUnknownError(PosUnavailableError):
    """A write got no sensible answer: the POS may have done it, or not."""


class PosConflictError(PosError):
    """The record was changed at the POS after it was read; read it again and decide anew."""


class PosCredentialsError(PosError):
    """The POS refused our credentials; a person must fix the connection's settings."""


class PosRefusedDataError(PosError):
    """The POS refused the request's data; the same request will be refused again."""


class PosDuplicateError(PosRefusedDataError):
    """The POS holds this person already."""

    def __init__(self, message: str, *, code: str = "", existing_id: str | None = None) -> None:
        super().__init__(message, code=code)
        self.existing_id = existing_id


class PosGoneError(PosError):
    """The POS has no record with this id."""


class PosNeedsHumanError(PosError):
    """The POS needs a person: an account is locked, a plan lacks this API."""


class UnsupportedByPosError(PosError):
    """This POS has no such operation."""


class RowError(PosError):
    """One row that cannot be taken over.

    :param message: a sentence for a person, without the offending value ("the birth date is not a
        date that exists").
    :param code: stable word for grouping (``id_missing``, ``date_invalid``, ``encoding_invalid``).
    :param field: the canonical field or the wire name concerned, ``""`` for the row as a whole.
    """

    def __init__(self, message: str, *, code: str, field: str = "") -> None:
        super().__init__(message, code=code)
        self.field = field
