"""How purchases look while they are pending: what is authorised, what is held and when it is released.

[K] common knowledge, [D] our own choice.
"""

NEVER_SHOWN_SHARE = 0.1
"""Purchases that the bank shows only when they are posted [D]."""

TIPPED_SHARE, TIP_PER_MILLE = 0.6, (150, 220)
"""Restaurant bills to which a tip comes after they were authorised, the others are paid in one [D]; and the
tip over the bill, least and most [D]."""

FUEL_HOLDS_CENTS = (100, 7_500, 10_000, 12_500, 17_500)
"""What pumps authorise before the fuel flows: a dollar, or round amounts up to Visa's and Mastercard's $175
since 2022 [K]; as likely each [D]."""

PUMP_TRIED_SHARE, PUMP_TRIED_CENTS = 0.06, 10_000
"""Fuel stops at which another pump was tried first, and what it holds for some days [D]."""

HOTEL_HOLD_SHARE, HOTEL_HOLDS_CENTS, CHECKED_IN_DAYS = 0.7, (10_000, 15_000, 20_000, 25_000), 2
"""Hotel stays with a hold for incidentals, how much, and days from check-in to the day of the bill [D]."""

RELEASED_DAYS = (2, 7)
"""Days from a hold to its release, least and most [D]: less than the ten of a pending row at fault."""
