"""What a form asks for, read from a connector's settings model."""

from __future__ import annotations

import datetime as dt
import enum
import types
from dataclasses import dataclass
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from rollcall.provisioning.rules.secret_fields import is_secret


class Control(enum.StrEnum):
    """How a setting is typed."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105  # a kind of control
    WHOLE = "whole"
    NUMBER = "number"
    DAY = "day"
    SWITCH = "switch"
    CHOICE = "choice"
    PAIRS = "pairs"


@dataclass(frozen=True, kw_only=True, slots=True)
class SettingField:
    """One setting as a form asks for it.

    :param default: as a text; empty for secrets, and where there is none.
    :param choices: values of a choice.
    """

    name: str
    label: str
    help: str
    control: Control
    is_required: bool
    default: str = ""
    choices: tuple[str, ...] = ()

    @property
    def is_address(self) -> bool:
        """Whether the value says which machine is called."""
        return self.name == "url" or self.name.endswith("_url")


#: ``bool`` before ``int``: it is one.
_CONTROLS: Final[tuple[tuple[type, Control], ...]] = (
    (bool, Control.SWITCH),
    (int, Control.WHOLE),
    (float, Control.NUMBER),
    (dt.date, Control.DAY),
    (str, Control.TEXT),
)


def list_fields(model: type[BaseModel]) -> list[SettingField]:
    """The settings in the model's order.

    :raises TypeError: a setting is of a type that no form can ask for.
    """
    return [_field(model, name, info) for name, info in model.model_fields.items()]


def as_text(value: object) -> str:
    """A setting's value as a form shows it; never a secret."""
    if value is None or isinstance(value, SecretStr):
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, dict):
        return "\n".join(f"{name}={one}" for name, one in value.items())
    return str(value)


def _field(model: type[BaseModel], name: str, info: FieldInfo) -> SettingField:
    wanted = _without_none(info.annotation)
    choices = _choices(wanted)
    return SettingField(
        name=name,
        label=info.title or name,
        help=info.description or "",
        control=_control(model, name, wanted, choices),
        is_required=info.is_required(),
        default="" if info.is_required() else as_text(info.get_default(call_default_factory=True)),
        choices=choices,
    )


def _without_none(annotation: Any) -> Any:  # noqa: ANN401  # any type expression
    if get_origin(annotation) in (Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        return parts[0] if len(parts) == 1 else annotation
    return annotation


def _choices(wanted: Any) -> tuple[str, ...]:  # noqa: ANN401  # any type expression
    if get_origin(wanted) is Literal:
        return tuple(map(str, get_args(wanted)))
    if isinstance(wanted, type) and issubclass(wanted, enum.Enum):
        return tuple(str(member.value) for member in wanted)
    return ()


def _control(
    model: type[BaseModel],
    name: str,
    wanted: Any,  # noqa: ANN401  # any type expression
    choices: tuple[str, ...],
) -> Control:
    if is_secret(model, name):
        return Control.SECRET
    if choices:
        return Control.CHOICE
    if get_origin(wanted) is dict and get_args(wanted) == (str, str):
        return Control.PAIRS
    for one, control in _CONTROLS:
        if isinstance(wanted, type) and issubclass(wanted, one):
            return control
    raise TypeError(f"{model.__name__}.{name}: no form asks for {wanted!r}")
