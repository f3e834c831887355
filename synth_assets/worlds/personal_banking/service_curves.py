"""What services charge, and what becomes of them: prices and shares, each with its source.

[S] secondary source, [K] common knowledge of list prices, [D] design choice.
"""

from __future__ import annotations

from typing import NamedTuple


class Subscription(NamedTuple):
    """A service that charges again and again.

    Attributes:
        merchant: who charges.
        prices_cents: of its plans.
        earlier_cents: of the same plans before the last rise.
        detailed: Plaid's detailed category.
    """

    merchant: str
    prices_cents: tuple[int, ...]
    earlier_cents: tuple[int, ...]
    detailed: str


_SHOWS, _OTHER = "ENTERTAINMENT_TV_AND_MOVIES", "GENERAL_SERVICES_OTHER_GENERAL_SERVICES"
_FITNESS = "PERSONAL_CARE_GYMS_AND_FITNESS_CENTERS"

SUBSCRIPTIONS = (
    Subscription("Netflix", (799, 1_799, 2_499), (699, 1_549, 2_299), _SHOWS),
    Subscription("Spotify", (1_199,), (1_099,), "ENTERTAINMENT_MUSIC_AND_AUDIO"),
    Subscription("Apple", (999,), (999,), _OTHER),
    Subscription(
        "New York Times", (1_700, 2_500), (1_700, 2_500), "GENERAL_MERCHANDISE_BOOKSTORES_AND_NEWSSTANDS"
    ),
    Subscription("YouTube Premium", (1_399,), (1_199,), _SHOWS),
    Subscription("Hulu", (999,), (799,), _SHOWS),
    Subscription("Planet Fitness", (1_000, 1_500, 2_500), (1_000, 1_000, 2_299), _FITNESS),
    Subscription("Disney+", (999, 1_599), (799, 1_399), _SHOWS),
    Subscription("Max", (999, 1_699), (999, 1_599), _SHOWS),
    Subscription("Amazon Prime", (1_499,), (1_299,), "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES"),
    Subscription("ChatGPT", (2_000,), (2_000,), _OTHER),
    Subscription("Peloton", (4_400,), (3_900,), _FITNESS),
)
"""Price points, US list, mid 2025, and before the last rise [K], of those from $5 to $50 that the document
asks for. The last two alone bring three services above $50 a month."""

APP_STORE = 2
"""Of `SUBSCRIPTIONS`, who charges for its own storage and for services that are bought in its store."""

ANNUAL = (
    Subscription("1Password", (3_588,), (3_588,), _OTHER),
    Subscription("Nintendo Switch Online", (1_999, 3_499), (1_999, 3_499), "ENTERTAINMENT_VIDEO_GAMES"),
)
WEEKLY = (Subscription("HelloFresh", (4_799,), (4_799,), "FOOD_AND_DRINK_OTHER_FOOD_AND_DRINK"),)
"""Services that charge once a year or every week [K], within the same bounds."""

LIVES = {"steady": 0.45, "begun": 0.2, "ended": 0.2, "paused": 0.15}
"""What services do within the history, of those that need not recur up to as_of [D]."""

EARLY_SHARE = 0.3
"""Services begun early in the history, of those that must recur [D]."""

EXTRA_SHARES = (0.45, 0.35, 0.20)
"""Users with none, one and two services more that do not recur up to as_of [D]."""

EXTRAS = {"ended": 0.5, "begun": 0.25, "annual": 0.25}
"""What those are: given up, new, or charged once a year [D]."""

TRIAL_SHARE, TRIAL_CENTS, TRIAL_DAYS = 0.5, 100, (7, 14, 30)
"""Services begun that cost a dollar for the first days [K of papers and gyms; share D]; others begin with the
first charge, after a free trial or none."""

RETRIED_SHARE, LATEST_RETRY = 0.3, 5
"""Services of which one charge fails and is tried again within so many days [D, from 5 to 10 % of a month's
charges that fail, half of which are recovered: S rekko.io, productquant.dev]."""

RISING_SHARE = 0.6
"""Services whose price rises within the history, from one day on for everybody [D]."""

IN_APP_STORE_SHARE, WEEKLY_SHARE, SKIPPED_SHARE = 0.3, 0.12, 0.15
"""Users with a service through an app store, users with a weekly one, and weeks that are skipped [D]."""
