"""Finding connectors."""

from __future__ import annotations

import pytest

from rollcall.pos import registry
from rollcall.pos.contract import Capability
from rollcall.pos.registry import UnknownKindError


class TestRegistry:
    def test_finds_what_lies_in_the_folder(self) -> None:
        assert "treez" in registry.kinds()

    @pytest.mark.parametrize("kind", registry.kinds())
    def test_folder_connector_and_simulator_agree(self, kind: str) -> None:
        assert registry.connector(kind).kind == kind
        assert registry.simulator(kind).kind == kind

    @pytest.mark.parametrize("kind", registry.kinds())
    def test_who_takes_orders_says_how_and_tells_of_them(self, kind: str) -> None:
        connector = registry.connector(kind)

        takes = Capability.PLACES_ORDERS in connector.capabilities
        assert takes == (connector.placing is not None)
        assert not takes or connector.orders is not None

    def test_loads_a_connector_once(self) -> None:
        assert registry.connector("treez") is registry.connector("treez")

    @pytest.mark.parametrize("kind", ["nix", "", "..", "treez.simulator", "__pycache__"])
    def test_names_those_it_knows_when_asked_for_another(self, kind: str) -> None:
        with pytest.raises(UnknownKindError, match=r"known: .*treez"):
            registry.connector(kind)
        with pytest.raises(UnknownKindError):
            registry.simulator(kind)
