"""Errors in the words of the system before, for kiosks whose code reads them.

Those show their key in the address; nobody else gets these members. They stand beside those of the
problem document: ``message``, and ``error.message`` where that system had it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import orjson

from rollcall.api.answers import Answer

#: Where that system said one thing whatever had happened; elsewhere it is the problem's detail.
_MESSAGES: Final[Mapping[int, str]] = {
    401: "Authorization token not present",
    403: "You cannot perform this action",
    404: "Resource not found",
    405: "catalog doesn't support this operation",
}
_INSIDE_ERROR: Final = frozenset({401, 404})
#: What that system said when a POS failed, with its own spelling; the code follows ``error:``.
POS_SAID: Final = "unexpected error respone from the API. Detail: error: "


def in_original_words(answer: Answer) -> Answer:
    """The same problem with the members that kiosks of the system before read."""
    document = orjson.loads(answer.body)
    message = _MESSAGES.get(answer.status, document["detail"])
    said: dict[str, object] = {"message": message}
    if answer.status in _INSIDE_ERROR:
        said = {"error": {"message": message}}
    return replace(answer, body=orjson.dumps({**document, **said}))
