"""Statements that grow, in files: a closed window is kept, a night plans the last ones, and what they need of
the others may be lost."""

from __future__ import annotations

import datetime as dt
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from synth_assets.checks.partitions import check_partitions
from synth_assets.checks.verify import connect
from synth_assets.evaluate.explain.block_reader import StoredReader, block_of
from synth_assets.generation import window_chain
from synth_assets.generation.engines import engine
from synth_assets.generation.file_task import FileTask, StandingPart, build
from synth_assets.generation.generate import in_memory, write_world
from synth_assets.generation.window_chain import Latest
from synth_assets.scenario.resolve import resolve
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.carried import carried_dir
from synth_assets.storage.parquet import Part, part_name
from synth_assets.storage.published import Published
from synth_assets.storage.store import Store
from synth_assets.worlds.personal_banking import windows
from synth_assets.worlds.personal_banking.activity import growing
from synth_assets.worlds.personal_banking.activity.shown_pending import NEVER
from synth_assets.worlds.personal_banking.window_plan import ONCE
from tests.test_growth import BANK_KINDS

START, DAY = dt.date(2023, 3, 17), dt.timedelta(days=1)
SECOND_ENDS, THIRD = dt.date(2024, 5, 16), dt.date(2024, 6, 20)
"""The last day of the second window of seven months, and a day of the third."""

USERS = 260
"""Two blocks, and two files of each window."""

GROWING = ("transactions", "anomaly_manifest")


def scenario(day: dt.date) -> Scenario:
    rates = dict.fromkeys(BANK_KINDS, 0.03)
    values = {"num_users": USERS, "history": {"start": str(START)}, "anomaly_rates": rates}
    return resolve("personal_banking", values, as_of=str(day))


def versions(directory: Path, of: Scenario) -> dict[str, Published]:
    store = Store(of.world, directory)
    return {table.name: store.published(table.name, of) for table in of.world.tables}


def contents(directory: Path, of: Scenario) -> dict[str, str]:
    return {name: version.content for name, version in versions(directory, of).items()}


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a run up to a day of the third window writes."""
    directory = tmp_path_factory.mktemp("once")
    write_world(scenario(THIRD + DAY), directory)
    return contents(directory, scenario(THIRD + DAY))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The history up to the day before, not to be written to."""
    directory = tmp_path_factory.mktemp("made")
    write_world(scenario(THIRD), directory)
    return directory


@pytest.fixture
def own(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(made, tmp_path / "own", symlinks=True)


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the windows that are planned from now on, by a process that knows none."""
    numbers: list[int] = []
    plan = growing.plan

    def counted(stratum, *given):
        numbers.append(stratum.number)
        return plan(stratum, *given)

    monkeypatch.setattr(growing, "plan", counted)
    for name in ("_PLANNED", "_CARRIED"):
        monkeypatch.setattr(window_chain, name, Latest(8))
    return numbers


def test_a_night_plans_the_last_windows_and_keeps_the_files_of_the_closed(
    own: Path, at_once: dict[str, str], planned: list[int]
) -> None:
    """Signals look back into the second window; the first is neither planned nor written."""
    parts = {name: [own / "personal_banking" / name / part_name(n) for n in range(6)] for name in GROWING}
    inodes = {name: [path.stat().st_ino for path in paths] for name, paths in parts.items()}
    write_world(scenario(THIRD + DAY), own)
    assert sorted(planned) == [1, 1, 2, 2]
    assert contents(own, scenario(THIRD + DAY)) == at_once
    for name, paths in parts.items():
        assert [path.stat().st_ino for path in paths[:4]] == inodes[name][:4]
    assert parts["transactions"][4].stat().st_ino != inodes["transactions"][4]


def removed(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def changed(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def test_what_is_carried_over_may_be_lost_or_damaged(
    own: Path, at_once: dict[str, str], planned: list[int]
) -> None:
    """It is made anew from the first window on, to the same bytes, and stands there again."""
    directory = Path(str(carried_dir(own / "personal_banking", scenario(THIRD))))
    files = {path: path.read_bytes() for path in sorted(directory.iterdir())}
    for path, spoil in zip(files, (removed, cut, changed, emptied), strict=True):  # of 2 blocks and windows
        spoil(path)
    write_world(scenario(THIRD + DAY), own)
    assert sorted(planned) == [0, 0, 1, 1, 2, 2]
    assert contents(own, scenario(THIRD + DAY)) == at_once
    assert {path: path.read_bytes() for path in sorted(directory.iterdir())} == files


def test_what_another_history_carried_over_is_swept(tmp_path: Path) -> None:
    """One that stood there until somebody removed its scenario."""
    home, others = tmp_path / "personal_banking", {"num_users": 20, "history": {"start": str(START)}}
    for of in (scenario(START), resolve("personal_banking", others, as_of=str(START))):
        write_world(of, tmp_path)
        (home / "scenario.json").unlink()
        own = Path(str(carried_dir(home, of)))
        own.mkdir(parents=True)
        (own / "0-20-window-1.npz").write_bytes(b"?")
    assert [path.name for path in (home / ".carried").iterdir()] == [of.history]


def test_a_damaged_part_is_made_again_and_no_earlier_one(own: Path, at_once: dict[str, str]) -> None:
    """Of the first window the second file: all behind it is made anew, by two processes."""
    paths = [own / "personal_banking" / "transactions" / part_name(number) for number in range(2)]
    inodes = [path.stat().st_ino for path in paths]
    paths[1].write_bytes(paths[1].read_bytes()[:-1] + b"?")
    with engine("local", 2) as map_blocks:
        write_world(scenario(THIRD + DAY), own, map_blocks)
    assert contents(own, scenario(THIRD + DAY)) == at_once
    assert [path.stat().st_ino == inode for path, inode in zip(paths, inodes, strict=True)] == [True, False]


def test_nights_around_the_end_of_a_window_give_the_bytes_of_one_run(tmp_path: Path) -> None:
    """And what is said to be settled on a night is the same on all later ones."""
    days = [SECOND_ENDS + number * DAY for number in (0, 1, windows.OPEN_DAYS, windows.OPEN_DAYS + 1)]
    settled: list[tuple[Part, ...]] = []
    for day in days:
        of = scenario(day)
        made = write_world(of, tmp_path / "nights")["transactions"].parts
        assert all(made[: len(before)] == before for before in settled)
        settled.append(made[: of.world.settled_parts(of.config, of.world.table("transactions"))])
    assert [len(parts) for parts in settled] == [2, 2, 2, 4]
    write_world(scenario(days[-1]), tmp_path / "once")
    assert contents(tmp_path / "nights", of) == contents(tmp_path / "once", of)


@pytest.mark.parametrize("start", ["2023-03-17", "2023-05-19", "2023-06-01"])
def test_nothing_of_a_window_changes_once_it_is_settled(start: str) -> None:
    """What was pending is posted or released, and labels show; some of it only on the very last day."""
    rates = dict.fromkeys(BANK_KINDS, 0.03)
    config = resolve(
        "personal_banking",
        {"num_users": 400, "history": {"start": start}, "anomaly_rates": rates},
        as_of=start,
    ).config
    carried, users, latest = None, np.arange(400), []
    for number in range(3):
        window, carried = windows.plan_users(config, users, number, carried)
        length, planned = window.stratum.window.length, window.planned
        changes = np.concatenate([planned.shown_on, planned.gone_on])
        shown = growing.faults(window, config.most_strata).visible_on - window.stratum.days_before
        last = max(changes[changes < NEVER].max(), shown.max())
        assert last < length + windows.OPEN_DAYS
        latest.append(last - length)
    assert max(latest) >= 5


def test_a_rate_counts_everybody_in_every_window() -> None:
    """So that the labels of any day are its share of them, rounded, and once of what comes once."""
    for number in range(-1, 6):
        of = scenario(SECOND_ENDS + number * 17 * DAY)
        for kind, (population, labels) in of.world.asked_labels(of.config).items():
            assert abs(population * 0.03 * (kind in BANK_KINDS) - labels) <= 1, (number, kind)
            assert population <= USERS * (1 if kind in ONCE else 3) + 1 / 0.03
    assert of.world.asked_labels(of.config)[BANK_KINDS[0]][0] > 2 * USERS


def test_table_by_table_gives_the_same_bytes_without_what_was_carried_over(
    made: Path, tmp_path: Path
) -> None:
    of = scenario(THIRD)
    published = versions(made, of)
    world, config = of.world, of.config
    blocks, files = world.blocks(config, "num_users"), world.files(config, "num_users")
    assert len(files) == 2
    for table in world.tables:
        (tmp_path / table.name).mkdir()
        parents = {
            name: [
                StandingPart(file, part, "")
                for file, part in list(zip(published[name].files, published[name].parts, strict=True))[1::2]
            ]
            for name in table.parents
        }
        own = [blocks[number] for number in files[1]]
        task = FileTask(world, config, 1, 1, own, {table.name: tmp_path / table.name}, parents, len(files))
        expected = dict(list(enumerate(published[table.name].parts))[1::2])
        assert build(task).parts[table.name] == expected, table.name


def test_a_block_is_read_as_one_in_order_of_key(made: Path) -> None:
    of = scenario(THIRD)
    store, whole = Store(of.world, made), in_memory(of).tables
    for name in GROWING:
        version, rows = store.published(name, of), whole[name]
        assert (version.blocks, version.windows, len(version.parts)) == (2, 3, 6)
        read = [store.block(version, block).read() for block in range(2)]
        assert sum(map(len, read)) == len(rows)
        for part, ends, first in zip(read, version.ends, (0, len(read[0])), strict=True):
            assert part.equals(rows.slice(first, len(part)))
            assert ends == (len(part), part[0][0].as_py(), part[0][-1].as_py())
        reader, table = StoredReader(store), of.world.table(name)
        assert [block_of(reader, table, rows[0][place].as_py()) for place in (0, len(read[0]), -1)] == [
            0,
            1,
            1,
        ]
    stored = pq.read_table([str(path) for path in store.published("transactions").files])
    keys = stored["transaction_id"].to_numpy(zero_copy_only=False)
    assert any(after < before for before, after in pairwise(keys))


def test_groups_of_users_clear_what_is_sound(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Block by block, each with the rows of all windows."""
    monkeypatch.setattr("synth_assets.checks.partitions.GROUP_ROWS", 1)
    of = scenario(THIRD)
    published = versions(made, of)
    with connect(of.world, of.config, published) as connection:
        found = check_partitions(connection, of.world, published)
    passed = {name for name, _ in found.passed}
    assert {*BANK_KINDS, "keys", "references", "values"} <= passed
    assert found.rows["transactions"] == published["transactions"].rows
