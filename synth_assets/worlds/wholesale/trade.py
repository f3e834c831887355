"""What the trade says of its goods: tastes and other names of strains, tags, grades and forms."""

from __future__ import annotations

from typing import NamedTuple

from synth_assets.worlds.wholesale.curves import FORMATS


class Character(NamedTuple):
    """What is said of a strain.

    Attributes:
        aliases: what people call it, the usual one first.
        flavors, effects: tags.
    """

    aliases: tuple[str, ...]
    flavors: tuple[str, ...]
    effects: tuple[str, ...]


def _of(aliases: str, flavors: str, effects: str) -> Character:
    return Character(*(tuple(words.split(", ")) for words in (aliases, flavors, effects)))


CHARACTERS = {
    "Granddaddy Purple": _of("GDP", "Grape, Berry", "Sleepy, Relaxing"),
    "Northern Lights": _of("NL, NL5", "Earthy, Pine", "Sleepy, Calm"),
    "Bubba Kush": _of("Bubba", "Earthy, Coffee", "Sleepy, Relaxing"),
    "Purple Punch": _of("P Punch", "Grape, Vanilla", "Relaxing, Sleepy"),
    "Ice Cream Cake": _of("ICC", "Vanilla, Creamy", "Relaxing, Calm"),
    "Zkittlez": _of("Zkitz", "Berry, Tropical", "Calm, Happy"),
    "Do-Si-Dos": _of("Dosi, Dosidos", "Floral, Mint", "Relaxing, Euphoric"),
    "Slurricane": _of("Slurri", "Berry, Creamy", "Relaxing, Euphoric"),
    "Motorbreath": _of("Motor, MB15", "Diesel, Citrus", "Sleepy, Euphoric"),
    "Forbidden Fruit": _of("FF", "Tropical, Citrus", "Relaxing, Happy"),
    "Skywalker OG": _of("Skywalker, SWOG", "Spicy, Diesel", "Sleepy, Relaxing"),
    "Hindu Kush": _of("HK", "Woody, Spicy", "Calm, Relaxing"),
    "Afghani": _of("Afghan", "Earthy, Spicy", "Sleepy, Calm"),
    "Blackberry Kush": _of("BBK", "Berry, Diesel", "Relaxing, Sleepy"),
    "LA Confidential": _of("LA Con", "Pine, Skunk", "Calm, Euphoric"),
    "Mendo Breath": _of("Mendo", "Vanilla, Sweet", "Relaxing, Sleepy"),
    "Jack Herer": _of("Jack, JH", "Pine, Spicy", "Creative, Focused"),
    "Sour Diesel": _of("Sour D", "Diesel, Citrus", "Energetic, Uplifting"),
    "Durban Poison": _of("Durban", "Sweet, Pine", "Energetic, Focused"),
    "Green Crack": _of("GC, Green Cush", "Citrus, Tropical", "Energetic, Focused"),
    "Super Lemon Haze": _of("SLH", "Citrus, Sweet", "Energetic, Happy"),
    "Amnesia Haze": _of("Amnesia", "Citrus, Earthy", "Uplifting, Creative"),
    "Strawberry Cough": _of("Straw Cough", "Berry, Sweet", "Happy, Uplifting"),
    "Tangie": _of("Tang", "Citrus, Sweet", "Happy, Creative"),
    "Maui Wowie": _of("Maui", "Tropical, Citrus", "Happy, Energetic"),
    "Trainwreck": _of("TW, Wreck", "Pine, Spicy", "Euphoric, Creative"),
    "Ghost Train Haze": _of("GTH", "Citrus, Floral", "Focused, Energetic"),
    "Clementine": _of("Clem", "Citrus, Sweet", "Uplifting, Happy"),
    "Acapulco Gold": _of("Acapulco", "Woody, Spicy", "Happy, Energetic"),
    "Candyland": _of("Candy", "Sweet, Earthy", "Uplifting, Creative"),
    "Blue Dream": _of("BD", "Berry, Sweet", "Happy, Relaxing"),
    "OG Kush": _of("OGK", "Earthy, Diesel", "Euphoric, Relaxing"),
    "Gelato": _of("Gelato 33, G33", "Creamy, Berry", "Euphoric, Relaxing"),
    "Wedding Cake": _of("WC, Pink Cookies", "Vanilla, Sweet", "Relaxing, Happy"),
    "Girl Scout Cookies": _of("GSC, Cookies", "Sweet, Mint", "Euphoric, Happy"),
    "Gorilla Glue #4": _of("GG4, Glue", "Diesel, Pine", "Relaxing, Euphoric"),
    "Runtz": _of("Runts", "Tropical, Creamy", "Happy, Euphoric"),
    "Biscotti": _of("Bisco", "Sweet, Creamy", "Relaxing, Creative"),
    "Mac 1": _of("MAC, Miracle Alien Cookies", "Citrus, Creamy", "Happy, Creative"),
    "Sherbert": _of("Sherb, Sunset Sherb", "Berry, Citrus", "Happy, Relaxing"),
    "Cereal Milk": _of("Cereal, CM", "Creamy, Sweet", "Uplifting, Happy"),
    "Headband": _of("HB", "Diesel, Creamy", "Relaxing, Calm"),
    "Pineapple Express": _of("PEX", "Tropical, Pine", "Happy, Energetic"),
    "White Widow": _of("WW, Widow", "Woody, Spicy", "Euphoric, Creative"),
    "Chemdawg": _of("Chem, Chem Dog", "Diesel, Skunk", "Euphoric, Happy"),
    "Apple Fritter": _of("Fritter", "Sweet, Vanilla", "Relaxing, Happy"),
    "Gushers": _of("Gush", "Tropical, Berry", "Calm, Happy"),
    "Sundae Driver": _of("Sundae", "Creamy, Grape", "Calm, Happy"),
    "Cherry Pie": _of("CP, Cherry Kush", "Berry, Sweet", "Happy, Calm"),
    "Jealousy": _of("Jelly", "Creamy, Floral", "Relaxing, Focused"),
}
"""Every strain of `names.STRAINS`."""

TAGS = {
    "strain_type": ("Indica", "Sativa", "Hybrid"),
    "flavor": (
        "Fruity", "Berry", "Citrus", "Tropical", "Grape", "Dessert", "Sweet", "Vanilla", "Creamy", "Mint",
        "Earthy", "Pine", "Woody", "Spicy", "Coffee", "Gas", "Diesel", "Skunk", "Floral",
    ),
    "effect": (
        "Relaxing", "Sleepy", "Calm", "Uplifting", "Energetic", "Happy", "Creative", "Focused", "Euphoric",
    ),
    "grow_type": ("Indoor", "Sungrown", "Greenhouse", "Outdoor"),
}  # fmt: skip
"""Tags by what they are about."""

TAG_PARENTS = {
    "Fruity": ("Berry", "Citrus", "Tropical", "Grape"),
    "Dessert": ("Sweet", "Vanilla", "Creamy", "Mint"),
    "Earthy": ("Pine", "Woody", "Spicy", "Coffee"),
    "Gas": ("Diesel", "Skunk"),
    "Relaxing": ("Sleepy", "Calm"),
    "Uplifting": ("Energetic", "Happy", "Creative", "Focused"),
    "Sungrown": ("Greenhouse", "Outdoor"),
}
"""Tags that are a wider word for others."""


class TagGroup(NamedTuple):
    """Tags that are shown together: name, what for, color, who made it, and the tags."""

    name: str
    description: str
    color: str
    user: int
    tags: tuple[str, ...]


TAG_GROUPS = (
    TagGroup("Strain type", "What the menu is sorted by.", "#6B8E23", 1, TAGS["strain_type"]),
    TagGroup("Grow type", "How it was grown, which sets the list price.", "#2E7D32", 1, TAGS["grow_type"]),
    TagGroup("Flavor families", "The wide words buyers ask for.", "#F9A825", 6,
             ("Fruity", "Dessert", "Earthy", "Gas", "Floral")),
    TagGroup("Dessert menu", "For shops that sell sweet strains.", "#EC407A", 2,
             ("Sweet", "Vanilla", "Creamy", "Berry", "Grape")),
    TagGroup("Daytime", "What dispensaries put under day use.", "#FB8C00", 3,
             ("Sativa", "Energetic", "Focused", "Creative", "Citrus")),
    TagGroup("Night time", "What dispensaries put under night use.", "#3949AB", 4,
             ("Indica", "Sleepy", "Calm", "Relaxing")),
)  # fmt: skip

GRADES = (
    ("AAA", "Dense, tight trim, strong nose, no seeds; indoor top shelf."),
    ("AA", "Good structure and nose with small flaws in trim or color."),
    ("A", "Sound flower with loose structure or a lighter nose."),
    ("B", "Smaller or uneven buds; sold for pre-rolls and extraction."),
)
"""Grades, the best first, and what is expected of them."""

CATEGORY_TEXTS = {
    "Flower": "Dried and cured flower, sold by the pound.",
    "Pre-Rolls": "Rolled flower, sold by the case.",
    "Edibles": "Gummies and chocolate of 100 mg a package, sold by the case.",
    "Concentrates": "Extracts in jars of a gram, sold by the case.",
    "Vapes": "Cartridges and disposable pens, sold by the case.",
    "Tinctures": "Drops in oil, sold by the case.",
}
"""Categories of products, flower first."""

SUBCATEGORY_TEXTS = {
    "Indoor": "Grown under lights.",
    "Greenhouse": "Grown under glass with light deprivation.",
    "Outdoor": "Grown in the sun, cut once a year in fall.",
    "Single": "One pre-roll in a tube.",
    "Multi-pack": "Five half-gram pre-rolls in a tin.",
    "Infused": "Pre-rolls with added concentrate.",
    "Gummies": "Ten pieces of 10 mg.",
    "Chocolate": "A bar of ten pieces of 10 mg.",
    "Live resin": "Extract of fresh-frozen flower.",
    "Badder": "Whipped extract of cured flower.",
    "Cartridge": "A 510-thread cartridge of a gram.",
    "Disposable": "A pen with battery, half a gram.",
    "Sublingual": "Drops for under the tongue.",
}
"""Subcategories and what is in them."""

SUBCATEGORIES = (
    *(("Flower", subcategory) for subcategory in ("Indoor", "Greenhouse", "Outdoor")),
    *dict.fromkeys((form.category, form.subcategory) for form in FORMATS),
)
"""Every category and subcategory that a product can have."""

TIER_WORDS = {
    "indoor": ("indo", "indoor"),
    "greenhouse": ("GH", "deps", "light dep"),
    "outdoor": ("OD", "full term", "sungrown"),
}
"""What people say for how flower is grown."""

FORM_WORDS = {
    "Pre-Roll 1g": ("1g prerolls", "singles"),
    "Pre-Roll 5-Pack": ("5pk prerolls", "five packs"),
    "Infused Pre-Roll": ("infused prerolls", "infused joints"),
    "Gummies 100mg": ("gummies", "gummy bags"),
    "Dark Chocolate 100mg": ("chocolate bars", "dark choc"),
    "Live Resin 1g": ("live resin", "LR grams"),
    "Cured Badder 1g": ("badder", "cured batter"),
    "Vape Cartridge 1g": ("1g carts", "carts"),
    "Disposable Vape .5g": ("dispos", "half gram dispos"),
    "Tincture 30ml": ("tinctures", "drops"),
}
"""What people say for products that are not flower."""
