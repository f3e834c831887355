"""The shop that a user never visits: everybody has one, so that a refund from it is a fault by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import curves
from synth_assets.worlds.personal_banking.activity.descriptors import DESCRIPTORS, INDEX

PURCHASED = ("FOOD_AND_DRINK", "GENERAL_MERCHANDISE", "TRANSPORTATION", "ENTERTAINMENT", "MEDICAL")
"""Categories of the preset `simple` in which there are shops."""

STREAMS = [stream for stream in curves.STREAMS if stream.name in curves.RETURNED]
"""Kinds of shops that give money back."""

SIMPLE = [stream for stream in curves.STREAMS if stream.detailed.startswith(PURCHASED)]
"""Kinds of shops of the preset `simple`; any may give money back."""

_NEXT = np.arange(len(DESCRIPTORS))
for _stream in curves.STREAMS:
    _places = np.arange(len(_stream.brands))
    _NEXT[INDEX[_stream.name] + _places] = INDEX[_stream.name] + (_places + 1) % len(_places)


def kind(draws: Draws, number: Ints, streams: Sequence[curves.Stream]) -> Ints:
    """Index into `streams` of what kind of shop the users `number` never visit."""
    visits = np.cumsum([stream.a_month for stream in streams])
    drawn = draws.of("users").fields("never visited", number)[0]
    return np.searchsorted(visits[:-1] / visits[-1], drawn / 65_536, side="right")


def shop(draws: Draws, number: Ints, streams: Sequence[curves.Stream]) -> Ints:
    """Label of the shop that the users `number` never visit."""
    which = kind(draws, number, streams)
    brand = draws.of("users").fields("never visited", number)[1].astype(np.int64)
    first = np.array([INDEX[stream.name] for stream in streams])
    brands = np.array([len(stream.brands) for stream in streams])
    return first[which] + brand * brands[which] // 65_536


def elsewhere(label: Ints, avoided: Ints) -> Ints:
    """The labels of visits, with the next shop of the same kind in the place of the avoided one."""
    return np.where(label == avoided, _NEXT[label], label)
