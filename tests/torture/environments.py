"""What stands around a run: time zone, language, hash seed, directories, permissions, threads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from synth_assets.model.world import World
from tests.torture.commands import ROOT, apart, run
from tests.torture.outcome import Outcome, outcome
from tests.torture.small import generate_words, small
from tests.torture.state import snapshot


class Around(NamedTuple):
    """What is unusual around a run: variables, permissions of new files, where it runs and writes."""

    variables: dict[str, str]
    umask: int = 0o022
    elsewhere: bool = False
    directory: str = "data"


AROUND = [
    Around(
        {"TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "3"},
        0o027,
        True,
        "everything=at once'[",
    ),
    *(Around({"TZ": zone}) for zone in ("Pacific/Kiritimati", "America/St_Johns", "Nowhere/At_All")),
    *(Around({"LC_ALL": name, "LANG": name}) for name in ("C", "tr_TR.UTF-8", "de_DE.ISO-8859-1")),
    *(Around({"PYTHONHASHSEED": seed}) for seed in ("0", "4294967295")),
    *(Around({"OMP_NUM_THREADS": number, "ARROW_NUM_THREADS": number}) for number in ("1", "7")),
    Around({"PYTHONOPTIMIZE": "2"}),
    Around({"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}),
    Around({"COLUMNS": "5", "TERM": "dumb", "NO_COLOR": "1"}),
    *(Around({}, umask) for umask in (0o000, 0o077)),
    Around({}, elsewhere=True),
    *(
        Around({}, directory=name)
        for name in ("it's [odd] *here* ?", "env=prod/run=1", "a%20b#c", "ünïcode 日本", '"quoted"; $HOME')
    ),
]


def environments(world: World, home: Path, size: int | None = None) -> Outcome:
    """Generate the same world in the first so many surroundings, or all: the same bytes, which verify."""
    return outcome(_environments(world, home, size))


def _environments(world: World, home: Path, size: int | None) -> Iterator[tuple[str, str | None]]:
    run(*generate_words(world, small(world), home / "usual"))
    usual = snapshot(world, home / "usual")
    for number, around in enumerate(AROUND[:size]):
        data = home / str(number) / around.directory
        place = home / "elsewhere" if around.elsewhere else ROOT
        place.mkdir(exist_ok=True)
        ended = apart(
            generate_words(world, small(world), data),
            f"import os; os.umask({around.umask})",
            around.variables,
            place,
        )
        if ended.code != 0:
            fault = f"exit {ended.code}, {' | '.join(ended.lines)}"
        elif snapshot(world, data) != usual:
            fault = "other bytes"
        else:
            verified = run("verify", world.name, "--data-dir", data)
            fault = None if verified.code == 0 else f"verify: {verified.out}{' | '.join(verified.lines)}"
        yield str(around), fault
