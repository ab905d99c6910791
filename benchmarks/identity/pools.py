"""Names, places and numbers to draw from, with the frequencies that they have in life.

Surnames and given names with their shares come from the US census of 1990 as the package ``names``
carries it: 88,799 surnames, which are nine tenths of the population. The rest of the long tail is
made of syllables. Given names of younger people, Spanish names and streets are lists of ours.
"""

from __future__ import annotations

import bisect
import importlib.util
import itertools
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

#: Share of surnames that the census list leaves out (it ends at about nine tenths).
_UNLISTED_SURNAMES: Final = 0.09
#: Share of the 120 commonest Spanish surnames among people who have one: about half in the census.
_COMMON_SPANISH: Final = 0.55


def words(text: str) -> tuple[str, ...]:
    """A list that is easier to read without quotes."""
    return tuple(text.split())


_YOUNG_FEMALE: Final = words(
    """
    Jessica Ashley Emily Sarah Samantha Amanda Brittany Elizabeth Taylor Megan Hannah Kayla Lauren
    Stephanie Alexis Rachel Jennifer Nicole Madison Victoria Amber Courtney Danielle Olivia
    Abigail Jasmine Rebecca Chelsea Alyssa Brianna Morgan Destiny Haley Natalie Katherine Anna
    Allison Emma Sydney Kaitlyn Sophia Isabella Grace Savannah Alexandra Vanessa Mia Chloe
    Kimberly Maria Paige Mackenzie Andrea Gabrielle Michelle Shelby Jordan Ava Aaliyah Trinity
    Sierra Zoe Brooke Leah Kelsey Autumn Faith Caroline Lily Jocelyn Gabriela Katelyn Caitlin
    Cheyenne Hailey Bailey Erin Skylar Riley Aubrey Maya Kylie Molly Makayla Diamond Jade Angel
    Ariana Melanie Daisy Nevaeh
    """
)
_YOUNG_MALE: Final = words(
    """
    Michael Matthew Jacob Christopher Joshua Nicholas Tyler Brandon Daniel Austin Andrew Joseph
    Ryan Zachary David Anthony John William Justin James Jonathan Alexander Kyle Robert Jordan
    Kevin Ethan Cody Benjamin Noah Christian Dylan Thomas Samuel Eric Nathan Aaron Logan Caleb
    Hunter Cameron Elijah Jose Brian Jason Gabriel Evan Isaiah Luke Mason Adam Sean Connor Jack
    Trevor Isaac Chase Jared Devin Ian Carlos Richard Alex Luis Cole Lucas Seth Dakota Xavier
    Blake Liam Marcus Garrett Tanner Bryce Jayden Aidan Spencer Dominic Jesus Tristan Malik Peyton
    Landon Omar Darius Gavin Riley Shane Brayden Dalton Mitchell Julian Miles Wyatt Colton Jalen
    Trey Kobe
    """
)
_SPANISH_FEMALE: Final = words(
    """
    María Guadalupe Ana Rosa Carmen Juana Verónica Leticia Elizabeth Alejandra Patricia Gabriela
    Sandra Martha Mónica Adriana Yolanda Silvia Norma Claudia Alicia Mariana Daniela Andrea Karina
    Teresa Lucía Sofía Valentina Isabel Esperanza Margarita Beatriz Gloria Cecilia Araceli
    Maricela Yesenia Rocío Irma Esther Lourdes Angélica Brenda Jazmín Consuelo Graciela Dolores
    Esmeralda Mercedes Rosario Ximena Paola Fernanda Elena Luz Julia Ramona Belén Maribel Blanca
    Perla
    """
)
_SPANISH_MALE: Final = words(
    """
    José Juan Luis Carlos Jesús Jorge Miguel Francisco Antonio Alejandro Manuel Pedro Roberto
    Ricardo Fernando Javier Eduardo Mario Sergio Rafael Daniel Martín Raúl Arturo Víctor Óscar
    Enrique Héctor Ramón Andrés César Gerardo Ángel Rubén Alberto Armando Salvador Jaime Ernesto
    Gustavo Alfredo Guillermo Julio Hugo Ignacio Adrián Diego Santiago Mateo Sebastián Leonardo
    Rodrigo Joaquín Iván Rogelio Gilberto Marco Pablo Saúl Omar Abel Felipe Vicente Tomás Agustín
    Efraín
    """
)
_SPANISH_LAST: Final = words(
    """
    García Rodríguez Martínez Hernández López González Pérez Sánchez Ramírez Torres Flores Rivera
    Gómez Díaz Reyes Morales Cruz Ortiz Gutiérrez Chávez Ramos Ruiz Álvarez Mendoza Vásquez
    Castillo Jiménez Moreno Romero Herrera Medina Aguilar Vargas Castro Guzmán Méndez Fernández
    Muñoz Salazar Garza Soto Vega Rojas Contreras Estrada Ortega Silva Núñez Guerrero Maldonado
    Delgado Ríos Alvarado Sandoval Padilla Cortez Santiago Vázquez Figueroa Luna Ayala Espinoza
    Campos Santos Acosta Navarro Domínguez Lara Juárez Robles Trujillo Cabrera Valdez Molina Mejía
    Solís Cárdenas Velásquez Pacheco Miranda Fuentes León Ochoa Rosales Montoya Escobar Rangel
    Serrano Salinas Cervantes Rosario Avila Zamora Marquez Bautista Huerta Ibarra Villarreal
    Duarte Beltrán Velasco Barrera Camacho Meza Cantú Orozco Zúñiga Colón Macías Arroyo Quintero
    Tapia Gallegos Murillo Cisneros Bravo Nieves Arias Rubio
    """
)
_SYLLABLES: Final = words(
    """
    ba bran chi dal der dor esh far gan gor hal hov ish jan kal kor ky lan len mar mik mo nak nar
    nov ol par pet quan rad ren ros sha sin ska sol ste tan thor tra ul van vel vik wei wo yan zak
    """
)
_ENDINGS: Final = words(
    """
    son ski wicz man berg ian yan ov enko ides ali oka moto awa eau ard ier elli ini etti ama ung
    """
)
_STREETS: Final = words(
    """
    Alder Aspen Bayview Beacon Birch Bluff Bridge Broadway Canyon Cedar Cherry Chestnut Church
    Clay Clover College Commerce Cottonwood Court Creek Cypress Delta Dogwood Eagle Elm Fairview
    Fern Fir Forest Foxglove Franklin Garden Garfield Glen Grand Grant Grove Hazel Heather Hickory
    High Highland Hill Hillcrest Holly Jackson Jefferson Juniper King Lake Lakeview Larch Laurel
    Liberty Lilac Lincoln Linden Locust Madison Magnolia Main Maple Market Meadow Mesa Mill
    Mission Monroe Mountain Mulberry Myrtle North Oak Ocean Orchard Palm Park Pearl Pine Pleasant
    Poplar Prairie Prospect Quail Railroad Ranch Ridge River Rose Sage Saguaro School Sequoia
    Spring Spruce State Summit Sunset Sycamore Union Valley View Vine Vista Walnut Washington
    Water Willow Wilson 1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th 11th 12th 13th 14th 15th 16th
    17th 18th 19th 20th
    """
)
_TOWN_HEADS: Final = words(
    """
    Ash Bay Bell Birch Clear Cold Copper Dry Eagle East Fair Glen Gold Green Iron Lake Long Maple
    Mill North Oak Pine Red Rock Salt Sand Silver South Stone Sun West White Wild Wood
    """
)
_TOWN_TAILS: Final = words(
    """
    brook dale field ford haven mont port ridge side springs ton vale view ville wood
    """
)

#: State → area codes, first digits of its zip codes, shape of its licences (A letter, 9 digit).
STATES: Final[dict[str, tuple[tuple[str, ...], str, str]]] = {
    "CA": (("408", "415", "510", "619", "714", "805", "916", "925"), "9", "A9999999"),
    "CO": (("303", "719", "720", "970"), "80", "99-999-9999"),
    "MI": (("231", "248", "313", "517", "616", "734"), "48", "A 999 999 999 999"),
    "OR": (("503", "541", "971"), "97", "9999999"),
    "WA": (("206", "253", "360", "425", "509"), "98", "WDLAA9A9999A"),
    "AZ": (("480", "520", "602", "623"), "85", "A99999999"),
    "NV": (("702", "775"), "89", "9999999999"),
    "IL": (("217", "312", "630", "708", "773", "847"), "60", "A999-9999-9999"),
}
MAIL_HOSTS: Final = {
    "gmail.com": 58.0, "yahoo.com": 15.0, "icloud.com": 9.0, "hotmail.com": 6.0,
    "outlook.com": 4.0, "aol.com": 3.5, "comcast.net": 2.0, "live.com": 1.0, "me.com": 0.8,
    "proton.me": 0.7,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Weighted:
    """Values with how often they are drawn."""

    values: Sequence[str]
    ends: Sequence[float]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, float]]) -> Self:
        values, weights = zip(*pairs, strict=True)
        return cls(values=values, ends=tuple(itertools.accumulate(weights)))

    @classmethod
    def zipf(cls, values: Sequence[str], exponent: float) -> Self:
        """The first is the commonest; the n-th has a weight of n to the power of -exponent."""
        return cls.of((value, (rank + 1) ** -exponent) for rank, value in enumerate(values))

    def draw(self, rng: random.Random) -> str:
        return self.values[bisect.bisect(self.ends, rng.random() * self.ends[-1])]


@dataclass(frozen=True, kw_only=True)
class Names:
    """Given names by sex and generation, and surnames."""

    given: dict[str, Weighted]
    young: dict[str, Weighted]
    spanish: dict[str, Weighted]
    surnames: Weighted
    spanish_surnames: Weighted
    rarer_spanish_surnames: Weighted

    def draw_given(self, rng: random.Random, *, sex: str, year: int, spanish: bool) -> str:
        if spanish and rng.random() < 0.75:
            return self.spanish[sex].draw(rng)
        modern = min(max((year - 1970) / 25, 0.0), 0.8)
        return (self.young if rng.random() < modern else self.given)[sex].draw(rng)

    def draw_surname(self, rng: random.Random, *, spanish: bool) -> str:
        if spanish:
            common = rng.random() < _COMMON_SPANISH
            return (self.spanish_surnames if common else self.rarer_spanish_surnames).draw(rng)
        if rng.random() < _UNLISTED_SURNAMES:
            syllables = rng.choices(_SYLLABLES, k=rng.choice((1, 2, 2)))
            return ("".join(syllables) + rng.choice(_ENDINGS)).capitalize()
        return self.surnames.draw(rng)


def load_names() -> Names:
    """:raises SystemExit: the package ``names`` is missing (see benchmarks/README.md)."""
    found = importlib.util.find_spec("names")
    if found is None or found.origin is None:
        raise SystemExit("needs the package 'names': install requirements/benchmarks.txt")
    where = Path(found.origin).parent
    surnames = _census(where / "dist.all.last")
    return Names(
        given={
            "female": Weighted.of(_census(where / "dist.female.first")),
            "male": Weighted.of(_census(where / "dist.male.first")),
        },
        young={
            "female": Weighted.zipf(_YOUNG_FEMALE, 0.55),
            "male": Weighted.zipf(_YOUNG_MALE, 0.55),
        },
        spanish={
            "female": Weighted.zipf(_SPANISH_FEMALE, 0.6),
            "male": Weighted.zipf(_SPANISH_MALE, 0.6),
        },
        surnames=Weighted.of(surnames),
        spanish_surnames=Weighted.zipf(_SPANISH_LAST, 0.6),
        rarer_spanish_surnames=Weighted.of(
            (name, weight)
            for name, weight in surnames
            if name.endswith(("ez", "os", "as", "illo", "ado", "edo", "ales", "ero", "era", "ano"))
        ),
    )


def _census(path: Path) -> list[tuple[str, float]]:
    lines = (line.split() for line in path.read_text().splitlines())
    # The rarest names stand with a share of 0.000 percent, rounded.
    return [(words[0].capitalize(), max(float(words[1]), 0.0004)) for words in lines]


@dataclass(frozen=True, kw_only=True)
class Town:
    name: str
    state: str
    zips: tuple[str, ...]


def make_towns(rng: random.Random, *, home: str) -> list[Town]:
    """Forty towns of the home state and five of every other one."""
    names = [head + tail for head in _TOWN_HEADS for tail in _TOWN_TAILS]
    rng.shuffle(names)
    towns: list[Town] = []
    for state, (_, prefix, _) in STATES.items():
        for _ in range(40 if state == home else 5):
            first = rng.randrange(10 ** (5 - len(prefix)) - 8)
            zips = tuple(
                f"{prefix}{first + step:0{5 - len(prefix)}d}" for step in range(rng.randint(1, 7))
            )
            towns.append(Town(name=names.pop(), state=state, zips=zips))
    return towns


def draw_street(rng: random.Random) -> str:
    """A street with its number; directions and kinds as on a licence."""
    direction = rng.choice(("", "", "", "N ", "S ", "E ", "W "))
    kind = rng.choice(("St", "St", "Ave", "Ave", "Rd", "Dr", "Ln", "Ct", "Blvd", "Way", "Pl"))
    number = int(10 ** rng.uniform(1, 4.1))
    return f"{number} {direction}{rng.choice(_STREETS)} {kind}"
