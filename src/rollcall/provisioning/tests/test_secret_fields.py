from __future__ import annotations

import pytest
from pydantic import BaseModel, SecretBytes, SecretStr

from rollcall.provisioning.rules.secret_fields import is_secret, nested_model


class Login(BaseModel):
    name: str
    password: SecretStr


class Settings(BaseModel):
    plain: str
    direct: SecretStr
    optional: SecretStr | None = None
    several: list[SecretBytes] = []
    login: Login | None = None


class TestIsSecret:
    @pytest.mark.parametrize("name", ["direct", "optional", "several"])
    def test_finds_secrets_in_any_wrapping(self, name: str) -> None:
        assert is_secret(Settings, name)

    @pytest.mark.parametrize("name", ["plain", "unknown"])
    def test_leaves_the_others(self, name: str) -> None:
        assert not is_secret(Settings, name)


class TestNestedModel:
    def test_finds_settings_inside_settings(self) -> None:
        assert nested_model(Settings, "login") is Login

    @pytest.mark.parametrize("name", ["plain", "direct", "unknown"])
    def test_finds_none_elsewhere(self, name: str) -> None:
        assert nested_model(Settings, name) is None
