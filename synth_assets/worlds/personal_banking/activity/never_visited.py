"""The shop that a user never visits: everybody has one, so that a refund from it is a fault by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synth_assets.model.draws import Draws, Ints
from synth_assets.worlds.personal_banking import curves
from synth_assets.worlds.personal_banking.activity import places
from synth_assets.worlds.personal_banking.activity.descriptors import DESCRIPTORS, INDEX

PURCHASED = ("FOOD_AND_DRINK", "GENERAL_MERCHANDISE", "TRANSPORTATION", "ENTERTAINMENT", "MEDICAL")
"""Categories of the preset `simple` in which there are shops."""

STREAMS = [stream for stream in curves.STREAMS if stream.name in curves.RETURNED]
"""Kinds of shops that give money back."""

SIMPLE = [stream for stream in curves.STREAMS if stream.detailed.startswith(PURCHASED)]
"""Kinds of shops of the preset `simple`; any may give money back."""

_NEXT = np.tile(np.arange(len(DESCRIPTORS)), (len(places.METROS), 1))
for _stream in curves.STREAMS:
    for _metro, (_found, _count) in enumerate(zip(*places.shops(_stream.brands), strict=True)):
        _here = INDEX[_stream.name] + _found[:_count]
        _NEXT[_metro, _here] = np.roll(_here, -1)


def kind(draws: Draws, number: Ints, streams: Sequence[curves.Stream]) -> Ints:
    """Index into `streams` of what kind of shop the users `number` never visit."""
    visits = np.cumsum([stream.a_month for stream in streams])
    drawn = draws.of("users").fields("never visited", number)[0]
    return np.searchsorted(visits[:-1] / visits[-1], drawn / 65_536, side="right")


def shop(draws: Draws, number: Ints, streams: Sequence[curves.Stream]) -> Ints:
    """Label of the shop that the users `number` never visit, one where they live."""
    which, metro = kind(draws, number, streams), places.metros(draws, number)
    brand = draws.of("users").fields("never visited", number)[1].astype(np.int64)
    label = np.zeros_like(which)
    for i, stream in enumerate(streams):
        at = np.flatnonzero(which == i)
        found, counts = places.shops(stream.brands)
        label[at] = INDEX[stream.name] + found[metro[at], brand[at] * counts[metro[at]] // 65_536]
    return label


def elsewhere(label: Ints, avoided: Ints, metro: Ints) -> Ints:
    """The labels of visits, with the next shop of the same kind and metro in the place of the avoided one."""
    return np.where(label == avoided, _NEXT[metro, label], label)
