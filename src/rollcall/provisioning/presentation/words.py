"""What a trial found, in words for somebody who runs a shop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from rollcall.provisioning.operations.trying import Trial
from rollcall.provisioning.rules.trouble import Trouble
from rollcall.web.showing import duration_text

Text = str | Promise

#: A clock that differs less is not worth a word: answers carry whole seconds.
_SAME_CLOCK_S: Final = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class TrialView:
    """A trial as the page tells it.

    :param said: the POS's or its connector's own words, if they help.
    :param checks: what to look at next.
    """

    works: bool
    heading: Text
    lines: Sequence[Text] = ()
    said: str = ""
    checks: Sequence[Text] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    heading: Text
    checks: tuple[Text, ...]
    tells_detail: bool = False


_ADDRESS = gettext_lazy(
    "Compare the address letter by letter with what the POS company gave you. If they gave you"
    " none, empty the field: then the usual one is called."
)
_AGAIN = gettext_lazy("Try again in a few minutes.")
_SAVE_ANYWAY = gettext_lazy(
    "You can save all the same: Rollcall keeps trying, and tells you when it works."
)
_FIREWALL = gettext_lazy("Ask whoever runs your network whether this server may call the internet.")
_INSIDE = gettext_lazy(
    "If that is meant, ask whoever runs Rollcall: they can connect it with rollcall apply."
)

_WORDS: Final[Mapping[Trouble, _Words]] = {
    Trouble.INSIDE: _Words(
        heading=gettext_lazy(
            "This address leads into the network that Rollcall runs in, not to a POS on the"
            " internet. Nothing was sent."
        ),
        checks=(_ADDRESS, _INSIDE),
    ),
    Trouble.NAME_UNKNOWN: _Words(
        heading=gettext_lazy("There is no server of this name on the internet."),
        checks=(_ADDRESS, _FIREWALL),
    ),
    Trouble.REFUSED: _Words(
        heading=gettext_lazy("The server is there, but it does not take calls at this address."),
        checks=(_ADDRESS, _AGAIN),
    ),
    Trouble.UNREACHABLE: _Words(
        heading=gettext_lazy("Nobody picks up at this address."),
        checks=(_ADDRESS, _FIREWALL, _AGAIN),
    ),
    Trouble.SILENT: _Words(
        heading=gettext_lazy("The server picks up, but says nothing."),
        checks=(_AGAIN, _ADDRESS, _SAVE_ANYWAY),
    ),
    Trouble.SLOW: _Words(
        heading=gettext_lazy("The POS did not finish its answer within five seconds."),
        checks=(_AGAIN, _SAVE_ANYWAY),
    ),
    Trouble.UNTRUSTED: _Words(
        heading=gettext_lazy(
            "The server cannot prove that it is who it says it is: its certificate is not trusted."
            " No key was sent."
        ),
        checks=(
            _ADDRESS,
            gettext_lazy(
                "If the address is right, ask the POS company; do not go on before they say why."
            ),
        ),
    ),
    Trouble.NO_TLS: _Words(
        heading=gettext_lazy("The server does not speak https at this address. No key was sent."),
        checks=(_ADDRESS,),
    ),
    Trouble.BROKEN_OFF: _Words(
        heading=gettext_lazy("The server hung up in the middle."),
        checks=(_AGAIN, _ADDRESS),
    ),
    Trouble.CREDENTIALS: _Words(
        heading=gettext_lazy("The POS answers, but it does not accept these credentials."),
        checks=(
            gettext_lazy("Copy each key once more, from its first to its last character."),
            gettext_lazy(
                "Look whether they belong to this store, and not to another one or to a test"
                " account."
            ),
            gettext_lazy("Ask the POS company whether the keys are still valid."),
        ),
        tells_detail=True,
    ),
    Trouble.NOT_FOUND: _Words(
        heading=gettext_lazy("The server answers, but it knows nothing at this address."),
        checks=(
            _ADDRESS,
            gettext_lazy("Look whether the name or number of your account is right as well."),
        ),
    ),
    Trouble.REDIRECTED: _Words(
        heading=gettext_lazy(
            "The server sends us on to another address, and Rollcall takes no keys there."
        ),
        checks=(
            _ADDRESS,
            gettext_lazy("Look whether the POS company has moved; they can name the new address."),
        ),
    ),
    Trouble.NOT_DATA: _Words(
        heading=gettext_lazy("A server answers, but not like this POS: it may be a web page."),
        checks=(
            _ADDRESS,
            gettext_lazy(
                "A network that asks for a sign-in first (a hotel's, a guest's) answers like this"
                " too."
            ),
        ),
    ),
    Trouble.THROTTLED: _Words(
        heading=gettext_lazy("The POS says that it is asked too often at the moment."),
        checks=(
            gettext_lazy("Wait a minute, then try again."),
            gettext_lazy(
                "If another program uses the same keys, lower the requests a second further down."
            ),
            _SAVE_ANYWAY,
        ),
    ),
    Trouble.POS_FAILED: _Words(
        heading=gettext_lazy("The POS is there, but has a problem of its own."),
        checks=(_AGAIN, _SAVE_ANYWAY, _ADDRESS),
    ),
    Trouble.NEEDS_PERSON: _Words(
        heading=gettext_lazy("The POS answers, but something has to be put right first."),
        checks=(gettext_lazy("Look at the settings that are named, or ask the POS company."),),
        tells_detail=True,
    ),
    Trouble.ODD: _Words(
        heading=gettext_lazy("These settings could not be tried."),
        checks=(
            gettext_lazy(
                "Look whether a key holds an unusual character, such as a curly quote or an accent."
            ),
            _ADDRESS,
        ),
    ),
    Trouble.BUSY: _Words(
        heading=gettext_lazy(
            "Several connections are being tried at the moment. Nothing was sent."
        ),
        checks=(gettext_lazy("Try again in a minute."),),
    ),
}


def put_into_words(
    trial: Trial,
    *,
    label: str = "",
    readers: Sequence[str] = (),
    is_another_list: bool = False,
) -> TrialView:
    """Say what came of a trial.

    :param label: whose list it is, as the POS names it; without secrets.
    :param readers: other connections that read this list.
    :param is_another_list: than the one that the connection reads now.
    """
    if trial.trouble is not None:
        words = _WORDS[trial.trouble]
        said = trial.detail if words.tells_detail and not trial.is_plain else ""
        return TrialView(works=False, heading=words.heading, said=said, checks=words.checks)
    lines: list[Text] = [
        gettext("These settings read the customers of %(label)s.") % {"label": label},
        _of_clock(trial.clock_ahead_s),
    ]
    if readers:
        lines.append(
            gettext(
                "This list is connected already, by %(names)s. Its customers are kept once, and"
                " each connection brings them to its stores."
            )
            % {"names": ", ".join(readers)}
        )
    if is_another_list:
        lines.append(
            gettext("Mind: this is another customer list than the one this connection reads now.")
        )
    return TrialView(works=True, heading=gettext("It works."), lines=lines)


def _of_clock(ahead_s: float) -> str:
    if abs(ahead_s) <= _SAME_CLOCK_S:
        return gettext("The POS's clock and ours agree.")
    span = {"span": duration_text(abs(ahead_s))}
    if ahead_s > 0:
        text = gettext("The POS's clock is %(span)s ahead of ours; Rollcall goes by the POS's.")
    else:
        text = gettext("The POS's clock is %(span)s behind ours; Rollcall goes by the POS's.")
    return text % span
