"""Where invented people live: real towns and area codes, invented streets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Place:
    """A town with its zip prefix (three digits) and an area code that is in use there."""

    city: str
    state: str
    zip_prefix: str
    area_code: str


PLACES: Final[tuple[Place, ...]] = tuple(
    Place(*line.split(":"))
    for line in [
        "Oakland:CA:946:510",
        "Berkeley:CA:947:510",
        "Fremont:CA:945:510",
        "San Francisco:CA:941:415",
        "San Rafael:CA:949:415",
        "San José:CA:951:408",
        "Santa Clara:CA:950:408",
        "Sacramento:CA:958:916",
        "Roseville:CA:956:916",
        "Fresno:CA:937:559",
        "Bakersfield:CA:933:661",
        "Los Angeles:CA:900:213",
        "Long Beach:CA:908:562",
        "Pasadena:CA:911:626",
        "Santa Monica:CA:904:310",
        "Van Nuys:CA:914:818",
        "Anaheim:CA:928:714",
        "Irvine:CA:926:949",
        "San Diego:CA:921:619",
        "Riverside:CA:925:951",
        "San Bernardino:CA:924:909",
        "Santa Rosa:CA:954:707",
        "Redding:CA:960:530",
        "Denver:CO:802:303",
        "Boulder:CO:803:720",
        "Pueblo:CO:810:719",
        "Portland:OR:972:503",
        "Eugene:OR:974:541",
        "Seattle:WA:981:206",
        "Tacoma:WA:984:253",
        "Spokane:WA:992:509",
        "Las Vegas:NV:891:702",
        "Reno:NV:895:775",
    ]
)

AREA_CODES: Final[tuple[str, ...]] = tuple(dict.fromkeys(place.area_code for place in PLACES))

_STREETS: Final = """
Alder Almond Aspen Bay Beacon Birch Bluff Bridge Canyon Cedar Cherry Chestnut Clover Coral
Cypress Elm Fern Fig Granite Grove Harbor Hazel Hickory Hill Iris Ivy Juniper Lake Larkspur
Laurel Lemon Lilac Linden Magnolia Maple Meadow Mesa Mill Mulberry Oak Olive Orchard Palm Peach
Pine Poplar Quarry Redwood Ridge River Sage Sequoia Spruce Summit Sycamore Valley Vine Walnut
Willow
"""
STREET_NAMES: Final = tuple(_STREETS.split())
STREET_TYPES: Final[tuple[str, ...]] = ("St", "Ave", "Way", "Dr", "Ln", "Ct", "Blvd", "Rd")
