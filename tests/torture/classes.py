"""The classes of attacks by their names."""

from __future__ import annotations

from collections.abc import Callable

from tests.torture.configurations import configurations
from tests.torture.corruptions import corruptions
from tests.torture.disks import disks
from tests.torture.environments import environments
from tests.torture.kills import kills
from tests.torture.nights import nights
from tests.torture.outcome import Outcome
from tests.torture.readers import readers

CLASSES: dict[str, Callable[..., Outcome]] = {
    attack.__name__: attack
    for attack in (kills, disks, corruptions, configurations, readers, environments, nights)
}
