"""What people write in notes: the seller, the accountant and the buyer."""

from __future__ import annotations

from collections.abc import Sequence

RETURN_REASONS = (
    "moisture read 14 % at their intake, over what they accept",
    "they found seeds in two of the bags",
    "the nose was hay, not cured long enough",
    "their state inspector would not clear the label",
    "the grade was not what they had seen in the sample",
    "their buyer had ordered the same goods elsewhere",
)
"""Why goods come back."""

REFUND_REASONS = (
    "more small buds than the grade allows",
    "stems left on, about an ounce a pound",
    "drier than the sample, crumbles when broken up",
    "two bags had lost their seal",
    "trim was machine work, not hand",
    "color faded on the bottom layer",
    "weights ran a few grams short in each bag",
)
"""Why a part of the price is given back."""

WAYS = (
    "Texts back within the hour.",
    "Call before noon, never answers later.",
    "Wants the menu on Monday morning.",
    "Decides alone, no committee.",
    "Always asks for photos of the batch first.",
    "Speaks for two partners, so give it a day.",
)
"""How a contact is to be dealt with."""

LARGE_HABITS = (
    "Orders several times a week and wants the same strains on the shelf all month.",
    "Splits a week's needs over three or four tickets; ask what is still open.",
    "Supplies its own stores, so a late delivery means empty jars.",
)
"""How large clients buy."""

HABITS = (
    "Orders once or twice a month, small tickets, likes to mix grades.",
    "One store, careful buyer; samples first, then the order.",
    "Price first: start with greenhouse and outdoor.",
    "Sells to tourists, so pretty bags matter more than the number on the report.",
    "Buys what moved last month and little else.",
)
"""How regular clients buy."""

PROMISES = (
    "Spoke to {name}: their own customers pay late, they will send a part first.",
    "{name} says the check is in the mail. I will believe it when it clears.",
    "{name} did not pick up; left a message and sent a text.",
    "{name} wants to wait for the end of the month, when their tax is paid.",
    "{name} had lost the invoice, sent it again.",
    "Was at their store: shelves are full, so it is a matter of cash. {name} promised a date.",
    "{name} asks whether we can take some of it back; said no, it was sold as agreed.",
)
"""What a client says when it is asked for money."""

QUALITY_ANSWERS = (
    "Will show {grower} the photos on the next delivery.",
    "Looking at what is left of that batch from {grower} now.",
    "{grower} knows, their trimmers are new.",
    "Told {grower}; they will hand-sort the next bags.",
)
"""What the buyer answers to a complaint."""

HARVEST_TALK = (
    (
        "Rooms are full, power costs more than last winter; they asked for more a pound, I said no for now.",
        "Outdoor of last fall is nearly gone, they will bring indoor until the light deps.",
        "They cure two weeks longer now, the nose is better for it.",
    ),
    (
        "Clones are in the ground; first light deps are promised for June.",
        "Mold in one greenhouse after the rain, cut early. Look at the next bags twice.",
        "They try two new strains this season and keep the rest.",
    ),
    (
        "Light deps came down dry and dense, second round is planted.",
        "Smoke on two days, leaves were washed; have the lab test for ash.",
        "Trim crew is booked from the end of September, so expect volume in October.",
    ),
    (
        "Full terms are down, about a fifth more than last year; prices of outdoor will feel it.",
        "Everything hangs; first dry outdoor in three weeks.",
        "They want to move outdoor before the holidays, asked what we can take a week.",
    ),
)
"""What growers talk about in winter, spring, summer and fall."""


def one_of(phrases: Sequence[str], drawn: float) -> str:
    """The phrase that a number from 0 to 1 draws."""
    return phrases[int(drawn * len(phrases))]
