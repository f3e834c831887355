"""Distributions of this world. [S] and [P] are figures of docs/realism, [D] is our own choice."""

from __future__ import annotations

from typing import Literal, NamedTuple

Tier = Literal["indoor", "greenhouse", "outdoor"]
TIERS: tuple[Tier, ...] = ("indoor", "greenhouse", "outdoor")

# --- when people buy ------------------------------------------------------------------------------------

WEEKDAYS = (0.19, 0.21, 0.21, 0.21, 0.17, 0.008, 0.002)
"""Share of orders on Monday to Sunday [D]."""

HOLIDAY_FACTOR, APRIL_20_FACTOR, MONTH_END_FACTOR, MONTH_END_DAYS = 0.1, 1.3, 1.15, 3
"""Of a holiday, a day of the week before 20 April, and each of a month's last three business days [D]."""

WHALE_ORDERS_A_WEEK = (3, 4)
FOUR_ORDERS_SHARE = 0.75
"""Whales order 2 to 4 times a week; 3.75 on average gives the year's 3,100 orders."""

TWO_ORDERS_SHARE = 0.92
"""Regular clients order once or twice a month."""

WHALE_POUNDS_A_WEEK, REGULAR_POUNDS_A_MONTH = (20, 100), (5, 20)
"""Bounds of what a client takes."""

WHALE_SPREAD, REGULAR_SPREAD = 60.0, 12.0
"""Concentration of the clients' shares: whales differ by 13 %, regular clients by 29 % [D]."""

WHALE_LEVEL, REGULAR_LEVEL, LEVEL_SPREAD = 0.715, 0.64, 0.03
"""What a pound of flower costs a client on average, as a share of the indoor price; more is better
grades [D]."""

SIZE_SPREAD = 6.0
"""Concentration of an order's share of its week or month [D]."""

# --- what it costs --------------------------------------------------------------------------------------

VOLUME_RULES = ((20_00, 10), (10_00, 6), (5_00, 3))
"""From so many hundredths of a pound an order, per cent off; the first that applies [D]."""

KEY_ACCOUNT_PERCENT = 2
"""Per cent off for whales [D]."""

LARGEST_PERCENT = 12
"""Every discount together, per cent."""

COST_SHARE = (0.60, 0.68)
"""A batch's unit cost as a share of the list price: gross margin is a third [D]."""

# --- what comes in --------------------------------------------------------------------------------------

BATCH_POUNDS = (50, 100)
"""Bounds of a batch."""

COVER_DAYS = 45
"""Days of sales that are kept in stock [D]."""

SHRINK_SHARE, SHRINK_PERCENT = 0.35, (0.3, 1.0)
"""Batches that lose weight as they dry, and how much of it [D]."""

FOUND_SHARE = 0.08
"""Batches that were weighed short on intake, by as much [D]."""

COUNTED_AFTER_DAYS = 21
"""When that is found, days after intake [D]."""

PARTS_SHARE = 0.12
"""Refunds that are used in two parts [D]."""

THC_PERCENT = {"indoor": 25.0, "greenhouse": 21.0, "outdoor": 18.0}
"""What laboratories find on average, per cent of weight [D]."""

SAMPLE_LEFT_GRAMS, SAMPLE_GRAMS = 28_00, (1_00, 2_00, 3_50)
"""What growers leave of a batch as samples, and what clients ask for: hundredths of a gram [D]."""

WHALE_ASKS, REGULAR_ASKS, CANCELLED_SHARE, CONVERTS_WITHIN_DAYS = 0.7, 0.35, 0.07, 21
"""Months in which a client asks for a sample, requests that are cancelled, and within how many days a sale
counts as following from one [D]."""

SHELF_LIFE_DAYS = 540
"""From harvest until flower must not be sold any more [D]."""

GROWER_WEIGHTS = (24, 18, 14, 12, 10, 9, 7, 6)
"""Share of intake of each grower: five supply 78 % [D]."""

OWNED_TERMS = ("NET_30", "NET_15", "COD")
"""Terms of batches that are bought."""

# --- how it is paid -------------------------------------------------------------------------------------

DAYS_OF = {"COD": 0, "NET_7": 7, "NET_15": 15, "NET_30": 30, "CONSIGNMENT": 30, "PARTIAL": 30}
"""Days from invoice to due date."""

USUAL_TERMS = (("NET_30", 0.5), ("NET_15", 0.25), ("NET_7", 0.15), ("COD", 0.10))
"""What clients have when they do not sell on consignment [D]."""

PARTIAL_SHARE, PARTIAL_PERCENT = 0.06, (30, 50)
"""Orders that are paid in part on the spot, and how much [D]."""

EARLY_DAYS = (0, 6)
"""How long before its due date an invoice is paid that is not late [D]."""

LATE_DAYS = (1, 40)
"""How long after its due date an invoice is paid that is late [D]."""

COLLECTED_WITHIN_DAYS = 90
"""Within how many days of the next year what is overdue at a year's end is paid, where a history goes on
[D]."""

CHRONIC_CLIENTS = 6
"""Regular clients that hardly ever pay in time [D]."""

BILL_DAYS = 14
"""Days from the half-month in which a grower's goods were sold to its payment: 21 from the sale."""

FORGOTTEN_SHARE, FORGOTTEN_DAYS = 0.06, (3, 28)
"""Bills that are paid late, and how many days [D]."""

DISTRIBUTION_SHARE = 0.6
"""Part of a quarter's cash surplus that the owners take out [D]."""


class Format(NamedTuple):
    """A product that is not flower: sold by the case.

    Attributes:
        name, category, subcategory: what it is.
        price: list price of a case, whole dollars.
        units: what a case holds.
    """

    name: str
    category: str
    subcategory: str
    price: int
    units: str


LOST_QUOTES_A_YEAR, QUOTED_SHARE = 190, 0.08
"""Quotes that lead to no sale, and sales that were quoted before [D]."""

QUOTE_VALID_DAYS = 14
"""How long a quote holds."""

FORMATS = (
    Format("Pre-Roll 1g", "Pre-Rolls", "Single", 420, "100 pre-rolls"),
    Format("Pre-Roll 5-Pack", "Pre-Rolls", "Multi-pack", 640, "40 packs"),
    Format("Infused Pre-Roll", "Pre-Rolls", "Infused", 780, "60 pre-rolls"),
    Format("Gummies 100mg", "Edibles", "Gummies", 520, "50 bags"),
    Format("Dark Chocolate 100mg", "Edibles", "Chocolate", 560, "48 bars"),
    Format("Live Resin 1g", "Concentrates", "Live resin", 960, "50 jars"),
    Format("Cured Badder 1g", "Concentrates", "Badder", 840, "50 jars"),
    Format("Vape Cartridge 1g", "Vapes", "Cartridge", 980, "50 cartridges"),
    Format("Disposable Vape .5g", "Vapes", "Disposable", 740, "50 pens"),
    Format("Tincture 30ml", "Tinctures", "Sublingual", 600, "24 bottles"),
)
"""Cases of other products [D]."""
