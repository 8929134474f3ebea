"""The made-up site: a small roastery's pages and what people search for, with the stories that real sites have.

A story is planted for each kind of opportunity, so that a new tenant sees all of them: two searches just off the first
page, a title that nobody clicks, a guide that fades, two pages in each other's way, a topic without a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Story = Literal["", "striking", "unclicked", "fading", "swapping", "uncovered"]


@dataclass(frozen=True, slots=True)
class Planted:
    """A search: `impressions` a day at `position` for `page`; `other` is the second page where two swap."""

    query: str
    page: str
    impressions: float
    position: float
    story: Story = ""
    other: str = ""


BRAND: Final = "{brand}"

SEARCHES: Final = (
    Planted("{brand}", "", 46, 1.1),
    Planted("{brand} coffee", "", 22, 1.2),
    Planted("{brand} opening hours", "contact/", 9, 1.3),
    Planted("{brand} gift card", "shop/gift-cards/", 6, 1.4),
    Planted("{brand} espresso beans", "shop/espresso-beans/", 11, 1.2),
    Planted("espresso guide", "guides/espresso/", 38, 3.2),
    Planted("how to make espresso", "guides/espresso/", 120, 6.4),
    Planted("espresso grind size", "guides/espresso-grind-size/", 64, 2.6),
    Planted("espresso grind size chart", "guides/espresso-grind-size/", 41, 3.4),
    Planted("espresso ratio", "guides/espresso-ratio/", 88, 4.1),
    Planted("what is a good espresso ratio", "guides/espresso-ratio/", 24, 2.9),
    Planted("espresso beans", "shop/espresso-beans/", 210, 12.3, "striking"),
    Planted("buy espresso beans online", "shop/espresso-beans/", 74, 8.1, "striking"),
    Planted("best espresso beans", "shop/espresso-beans/", 95, 15.8, "striking"),
    Planted("espresso beans price", "shop/espresso-beans/", 21, 6.8),
    Planted("decaf espresso beans", "guides/espresso/", 58, 19.4, "uncovered"),
    Planted("swiss water decaf espresso beans", "guides/espresso/", 17, 21.0, "uncovered"),
    Planted("pour over coffee", "guides/pour-over/", 130, 5.2),
    Planted("pour over ratio", "guides/pour-over/", 160, 2.2, "unclicked"),
    Planted("how to pour over", "guides/pour-over/", 47, 4.4),
    Planted("pour over grind size", "guides/pour-over/", 39, 3.1),
    Planted("pour over vs drip", "guides/pour-over/", 28, 5.8),
    Planted("pour over kettle", "shop/kettles/", 66, 7.2),
    Planted("gooseneck kettle", "shop/kettles/", 90, 10.9),
    Planted("cold brew recipe", "guides/cold-brew/", 190, 3.6, "fading"),
    Planted("how to make cold brew", "guides/cold-brew/", 150, 4.2, "fading"),
    Planted("cold brew ratio", "guides/cold-brew/", 84, 3.0, "fading"),
    Planted("cold brew grind size", "guides/cold-brew/", 31, 3.3, "fading"),
    Planted("aeropress recipe", "guides/aeropress/", 140, 5.5, "swapping", "blog/our-aeropress-recipe/"),
    Planted("aeropress inverted method", "guides/aeropress/", 52, 3.9),
    Planted("aeropress grind size", "guides/aeropress/", 36, 3.2),
    Planted("french press ratio", "guides/french-press/", 72, 4.7),
    Planted("how long to steep french press", "guides/french-press/", 33, 3.5),
    Planted("french press grind size", "guides/french-press/", 45, 4.0),
    Planted("moka pot coffee", "guides/moka-pot/", 61, 6.1),
    Planted("how to use a moka pot", "guides/moka-pot/", 49, 5.0),
    Planted("coffee subscription", "shop/subscription/", 115, 9.4, "striking"),
    Planted("coffee subscription gift", "shop/subscription/", 29, 7.7),
    Planted("best coffee subscription", "shop/subscription/", 80, 18.2),
    Planted("fresh roasted coffee beans", "shop/", 57, 6.6),
    Planted("single origin coffee beans", "shop/single-origin/", 43, 5.9),
    Planted("ethiopian coffee beans", "shop/single-origin/", 51, 8.8),
    Planted("kenyan coffee beans", "shop/single-origin/", 27, 9.6),
    Planted("coffee roastery near me", "contact/", 34, 4.9),
    Planted("coffee tasting workshop", "workshops/", 25, 3.8),
    Planted("barista course", "workshops/", 70, 11.6, "striking"),
    Planted("how to store coffee beans", "blog/storing-beans/", 92, 2.4),
    Planted("do coffee beans go bad", "blog/storing-beans/", 66, 3.1),
    Planted("light vs dark roast", "blog/roast-levels/", 104, 3.7),
    Planted("what is a medium roast", "blog/roast-levels/", 38, 4.5),
    Planted("coffee water temperature", "guides/pour-over/", 44, 6.9),
)
"""Search, page, impressions a day and position: about 40,000 impressions in 28 days of three devices."""

DEVICES: Final = (("DESKTOP", 0.42, 1.1), ("MOBILE", 0.53, 0.92), ("TABLET", 0.05, 1.0))
"""Device, its part of the impressions, and how much more it clicks."""

COUNTRIES: Final = (("usa", 0.78), ("gbr", 0.22))
HIDDEN: Final = 0.14
"""The part of clicks and impressions that belongs to searches too rare to be named."""
