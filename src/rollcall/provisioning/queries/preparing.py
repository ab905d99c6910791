"""A document with everything that it refers to, ready to be written; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ValidationError

from rollcall.pos.contract import PosSettings
from rollcall.pos.registry import UnknownKindError, connector, kinds
from rollcall.provisioning.queries.references import MissingValueError, resolve
from rollcall.provisioning.rules.documents import (
    describe,
    join_path,
    parse_documents,
    prefixed,
)
from rollcall.provisioning.rules.errors import ProvisioningError
from rollcall.provisioning.rules.file import ConnectionPart, Document, Reference
from rollcall.provisioning.rules.secret_fields import is_secret, nested_model
from rollcall.provisioning.rules.yaml_text import MAX_BYTES

#: Where in a document something stands.
Place = tuple[int | str, ...]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A checked document beside the secrets that it refers to.

    :param settings: in the order of the document's connections.
    :param passwords: position of a user → password.
    :param keys: positions of a kiosk and its key → key.
    """

    document: Document
    settings: list[PosSettings] = field(default_factory=list, repr=False)
    passwords: dict[int, str] = field(default_factory=dict, repr=False)
    keys: dict[tuple[int, int], str] = field(default_factory=dict, repr=False)


def prepare_file(path: Path) -> list[Prepared]:
    """Read a file and all that it refers to.

    :raises ProvisioningError: one line per problem, for all documents at once.
    """
    documents = parse_documents(_read(path))
    prepared, problems = [], []
    for number, document in enumerate(documents, start=1):
        reader = _Reader(document, path.parent)
        prepared.append(reader.read())
        problems += prefixed(reader.problems, number, of=len(documents))
    if problems:
        raise ProvisioningError(problems)
    return prepared


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ProvisioningError([f"{path} cannot be read: {error.strerror}"]) from error


class _Reader:
    """Gathers one document's values and problems."""

    def __init__(self, document: Document, folder: Path) -> None:
        self._document, self._folder = document, folder
        self.problems: list[str] = []

    def read(self) -> Prepared:
        prepared = Prepared(document=self._document)
        for position, one in enumerate(self._document.connections):
            settings = self._settings(one, ("connections", position))
            if settings is not None:
                prepared.settings.append(settings)
        for position, user in enumerate(self._document.users):
            if user.password is not None:
                place: Place = ("users", position, "password")
                prepared.passwords[position] = self._resolve(user.password, place) or ""
        for position, kiosk in enumerate(self._document.kiosks):
            for number, key in enumerate(kiosk.keys):
                if key.reference is not None:
                    place = ("kiosks", position, "keys", number)
                    prepared.keys[position, number] = self._resolve(key.reference, place) or ""
        return prepared

    def _problem(self, place: Place, problem: str) -> None:
        self.problems.append(f"{join_path(place)}: {problem}")

    def _resolve(self, reference: Reference, place: Place) -> str | None:
        try:
            return resolve(reference, folder=self._folder)
        except MissingValueError as error:
            self._problem(place, str(error))
            return None

    def _settings(self, one: ConnectionPart, place: Place) -> PosSettings | None:
        try:
            model: type[PosSettings] = connector(one.kind).settings_model
        except UnknownKindError:
            known = ", ".join(kinds())
            self._problem((*place, "kind"), f'there is no POS "{one.kind[:60]}"; known: {known}')
            return None
        before = len(self.problems)
        values = self._values(model, one.settings, (*place, "settings"))
        if len(self.problems) > before:
            return None
        try:
            return model.model_validate(values)
        except ValidationError as error:
            lines = describe(error, at=(*place, "settings"), known=model.model_fields)
            self.problems += lines
            return None

    def _values(
        self, model: type[BaseModel], given: Mapping[str, object], place: Place
    ) -> dict[str, object]:
        values = {}
        for name, value in given.items():
            values[name] = self._value(model, name, value, (*place, name))
        return values

    def _value(self, model: type[BaseModel], name: str, value: object, place: Place) -> object:
        inner = nested_model(model, name)
        if isinstance(value, dict) and len(value) == 1 and value.keys() <= {"env", "file"}:
            return self._resolve_given(value, place)
        if inner is not None and isinstance(value, dict):
            return self._values(inner, value, place)
        if value is not None and is_secret(model, name):
            self._problem(
                place,
                "is a secret; write {env: NAME} or {file: path} in its place, never the secret",
            )
            return None
        return value

    def _resolve_given(self, value: Mapping[str, object], place: Place) -> str | None:
        try:
            reference = Reference.model_validate(value)
        except ValidationError as error:
            self.problems += describe(error, at=place)
            return None
        return self._resolve(reference, place)
