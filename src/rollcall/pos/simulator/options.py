"""What a simulator is started with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

#: Credentials that every simulator takes unless told otherwise; they open nothing else.
DEFAULT_API_KEY: Final = "simulated-api-key-5d1f0c"
DEFAULT_CLIENT_ID: Final = "simulated-client-id"
DEFAULT_ACCOUNT: Final = "alderway"


@dataclass(frozen=True, kw_only=True)
class SimulatorOptions:
    """Independent of the POS.

    :param port: 0 lets the system choose.
    :param state: the SQLite file that keeps the customers; made and filled if it is not there.
    :param people: how many this store knows, or a CSV file (``population.read_people_csv``).
    :param store_number: which of ``store_count`` stores of one retailer this is, from 1: they share
        a part of the people (``population.store_share``).
    :param time_zone: the store's; IANA name.
    :param no_limits: no rate limit and any page size, for benchmarks.
    :param faults: switched on from the start (``faults.DEFAULTS`` names them).
    :param reset: throw away the state file first.
    :param locations: how many locations read this list, if the POS shares it within a company.
    :param account: the POS's word for whose list it is (Treez: the dispensary).
    """

    state: Path
    host: str = "127.0.0.1"
    port: int = 0
    people: int | Path = 1000
    seed: int = 1
    store_number: int = 1
    store_count: int = 1
    time_zone: str = "America/Los_Angeles"
    no_limits: bool = False
    faults: Mapping[str, object] = field(default_factory=dict)
    reset: bool = False
    locations: int = 1
    account: str = DEFAULT_ACCOUNT
    api_key: str = field(default=DEFAULT_API_KEY, repr=False)
    client_id: str = field(default=DEFAULT_CLIENT_ID, repr=False)
