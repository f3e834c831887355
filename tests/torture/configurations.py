"""Configurations drawn from a world's own model: of every type, within its bounds, and out of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Literal, get_args, get_origin

import yaml
from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from synth_assets.model.world import World
from tests.torture.commands import not_one_line, run
from tests.torture.outcome import Outcome, outcome
from tests.torture.small import ROWS, bound, count_keys

ODD = (None, [], {}, "", "many", -1, 0, 1e99, 2**70, 0.5, True, float("nan"), float("inf"), "\x00", [[1]])
"""Values that hardly any key takes."""

DAYS = ("today", "2024-02-29", "1980-01-01", "2199-12-31", "2026-11-21", "2026-02-30", "1979-12-31", "now")


def configurations(world: World, home: Path, size: int | None = 60) -> Outcome:
    """Draw so many: each is generated and verified, or refused in one line with exit 2, unwritten."""
    made: list[str] = []
    found = outcome(_configurations(world, home, size or 1, made))
    return found._replace(remark=f"{len(made)} generated, {found.tried - len(made)} refused")


def _configurations(world: World, home: Path, size: int, made: list[str]) -> Iterator[tuple[str, str | None]]:
    random, file, data = Random(world.name), home / "drawn.yaml", home / "data"
    for _ in range(size):
        drawn = _drawn(world, random)
        file.write_text(yaml.safe_dump(drawn, allow_unicode=True))
        words = ("generate", world.name, "--config", file, "--data-dir", data)
        generated = run(*words)
        if generated.code == 0:
            made.append(world.name)
            verified = run("verify", world.name, "--data-dir", data)
            fault = None if verified.code == 0 else f"verify: {verified.out} {' | '.join(verified.lines)}"
        else:
            fault = not_one_line(generated, 2) or ("data was written" if data.exists() else None)
        shutil.rmtree(data, ignore_errors=True)
        yield str(drawn), fault


def _drawn(world: World, random: Random) -> dict[str, Any]:
    """Values of some keys; in every third draw one of them, or one more, is odd."""
    drawn = _model(world.config, random)
    for key in count_keys(world):
        least = bound(world.config.model_fields[key], Ge) or 0
        drawn[key] = random.randint(least, least + 2 * ROWS)
    if world.presets and random.random() < 0.5:
        drawn["preset"] = random.choice(list(world.presets))
    if random.random() < 0.3:
        keys = [*world.config.model_fields, "preset", "unknown_key", "seed ", ""]
        drawn[random.choice(keys)] = random.choice(ODD)
    return drawn


def _model(model: type[BaseModel], random: Random) -> dict[str, Any]:
    """Values of about a sixth of a model's keys."""
    fields = {name: field for name, field in model.model_fields.items() if random.random() < 0.15}
    return {name: _value(name, field, random) for name, field in fields.items()}


def _value(name: str, field: FieldInfo, random: Random) -> Any:
    kind, least, most = field.annotation, bound(field, Ge), bound(field, Le)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _model(kind, random)
    if name == "as_of":
        return random.choice(DAYS)
    if kind is bool:
        return random.random() < 0.5
    if get_origin(kind) is Literal:
        return random.choice(get_args(kind))
    if kind is int and least is not None and most is not None:
        near = (least - 1, least, least + 1, most, most + 1, random.randint(least, min(most, least + 50)))
        return random.choice(near) if random.random() < 0.3 else random.randint(least, min(most, 20 + least))
    if kind is float and least is not None and most is not None:
        if random.random() < 0.1:
            return random.choice((least, most, least - 0.001, most * 1.001))
        return round(least + (most - least) * 10 ** random.uniform(-3, -0.5), 4)
    return random.choice(ODD)
