"""Which settings of a connector are secrets, by the types of its settings model."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, SecretBytes, SecretStr


def is_secret(model: type[BaseModel], name: str) -> bool:
    """Whether a field may hold a secret; a field that the model does not know is none."""
    field = model.model_fields.get(name)
    return field is not None and _mentions_secret(field.annotation)


def _mentions_secret(annotation: Any) -> bool:  # noqa: ANN401  # any type expression
    if annotation in (SecretStr, SecretBytes):
        return True
    return any(_mentions_secret(part) for part in get_args(annotation))


def nested_model(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The model of a field that holds settings of its own."""
    field = model.model_fields.get(name)
    found = [] if field is None else [field.annotation, *get_args(field.annotation)]
    models = [one for one in found if isinstance(one, type) and issubclass(one, BaseModel)]
    return models[0] if models else None
