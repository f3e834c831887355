"""The scenario: one resolved configuration, stored beside the data that was made from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from importlib.metadata import version
from typing import Any

from synth_assets import __version__
from synth_assets.model.config import WorldConfig
from synth_assets.model.documents import read_document
from synth_assets.model.world import World

FORMAT_VERSION = 14
"""Raised when the same configuration would give other bytes under the same package version."""

Values = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """A world with everything that decides its bytes: resolved configuration and versions.

    Attributes:
        world: the world.
        config: its configuration; as_of is a date.
        versions: package, Faker and format version.
    """

    world: World
    config: WorldConfig
    versions: Mapping[str, str | int]

    @cached_property
    def document(self) -> Values:
        """The scenario as stored: world, versions, config."""
        return {
            "world": self.world.name,
            "versions": dict(self.versions),
            "config": self.config.model_dump(mode="json"),
        }

    @cached_property
    def id(self) -> str:
        """16 hexadecimal digits of a hash over the stored document: same id, same bytes."""
        return _digest(self.document)

    @cached_property
    def history(self) -> str:
        """The same of a history that grows, whatever its as_of; "" where none grows."""
        if not self.config.grows:
            return ""
        config = {key: value for key, value in self.document["config"].items() if key != "as_of"}
        return _digest({**self.document, "config": config})

    @property
    def text(self) -> str:
        """The content of `scenario.json`."""
        return json.dumps({"id": self.id, **self.document}, indent=2) + "\n"


def _digest(document: Values) -> str:
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return blake2b(canonical.encode(), digest_size=8).hexdigest()


def with_versions(world: World, config: WorldConfig) -> Scenario:
    """A resolved configuration under the versions that are installed."""
    return Scenario(
        world.of(config),
        config,
        {"synth_assets": __version__, "faker": version("faker"), "format": FORMAT_VERSION},
    )


@lru_cache(maxsize=4)
def load(world: World, text: str) -> Scenario:
    """The scenario stored in `text`; ValueError or KeyError where it is not one.

    Every table of a run reads it anew. Whether quotas fit takes time to say, and was said before a document
    with its own id was written: it is asked where the id is another.
    """
    document = read_document(text)
    config = world.config(**document["config"])
    if not isinstance(document["versions"], dict):
        raise ValueError("its versions are none")
    scenario = Scenario(world.of(config), config, document["versions"])
    if document.get("id") != scenario.id and world.why_not(config, world.draws(config, "quotas")):
        raise ValueError("its quotas do not fit")
    return scenario
