"""The years of a wholesaler's history, in files: rows of a year are made apart, settled years are kept, and
the courses of tables are read from a file that may be lost."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

from synth_assets.cli import main
from synth_assets.generation import generate
from synth_assets.generation.changes import changes
from synth_assets.generation.generate import in_memory, write_world
from synth_assets.model.errors import UsageProblem
from synth_assets.model.latest import Latest
from synth_assets.scenario.resolve import find_world, resolve
from synth_assets.scenario.scenario import Scenario
from synth_assets.storage.carried import DIGEST_BYTES, _write
from synth_assets.storage.parquet import part_name
from synth_assets.storage.store import Store
from synth_assets.worlds.wholesale import courses, curves, fault_plan, growing_plan, simulation, windows
from synth_assets.worlds.wholesale.course import Course
from synth_assets.worlds.wholesale.growth import strata
from synth_assets.worlds.wholesale.tables.projection import AsOf
from tests.thorough import size

START, DAY = dt.date(2020, 3, 1), dt.timedelta(days=1)
THIRD_ENDS = dt.date(2023, 2, 28)
SETTLES = dt.date(2022, 3, 1) + curves.COLLECTED_WITHIN_DAYS * DAY
"""The day on which nothing of the first year changes any more."""

WHOLESALE = find_world("wholesale")


KEYS = {"preset": "small", "history": {"start": str(START)}, "prevalence": 0.15}


def scenario(day: dt.date, **keys: Any) -> Scenario:
    return resolve("wholesale", KEYS | keys, as_of=str(day))


def contents(directory: Path, of: Scenario) -> dict[str, str]:
    store = Store(of.world, directory)
    return {table.name: store.published(table.name, of).content for table in of.world.tables}


# --- rows of years ------------------------------------------------------------------------------------


def of_years(name: str, of: Scenario, days: list[range]) -> list[pa.Table]:
    """A table's rows of some days each."""
    table, config = of.world.table(name), of.config
    given = {"config": config, "draws": of.world.draws(config, name)}
    year = fault_plan.facts(config, growing_plan.draws_of(config), range(0))
    books = [AsOf(year.last_day, lambda: year, own) for own in days] or [year]
    asked = [given | {"facts": facts} for facts in books]
    return [table.generate(**{key: all_of[key] for key in table.parameters}) for all_of in asked]


@pytest.mark.parametrize("seed", size((42,), range(40, 50)))
@pytest.mark.parametrize("day", [dt.date(2021, 3, 1), dt.date(2022, 7, 14), THIRD_ENDS])
def test_the_rows_of_years_are_those_of_the_whole(day: dt.date, seed: int) -> None:
    """With faults that add rows near a year's end, in order of key; and no year is empty for nothing."""
    of = scenario(day, seed=seed)
    assert sum(labels for _, labels in of.world.asked_labels(of.config).values()) > 20
    for name in windows.TABLES:
        (whole,), years = of_years(name, of, []), of_years(name, of, strata(of.config))
        assert pa.concat_tables(years).equals(whole), name
        key = of.world.table(name).key.name
        ends = [(rows[key][0].as_py(), rows[key][-1].as_py()) for rows in years if len(rows)]
        assert all(first <= last for first, last in ends)
        assert all(before[1] < after[0] for before, after in pairwise(ends)), name
        assert len(ends) >= len(years) - (day == dt.date(2021, 3, 1))


@pytest.mark.parametrize("seed", size((7,), range(12)))
def test_nothing_of_a_year_changes_once_it_is_settled(seed: int) -> None:
    """Whatever faults of later years do: on the first day on which it is said, and on later ones."""
    ends = THIRD_ENDS + 160 * DAY
    later = scenario(ends, seed=seed, prevalence=0.3)
    last = {name: of_years(name, later, strata(later.config)) for name in windows.TABLES}
    seen = set()
    for year in (2021, 2022, 2023):
        for after in (windows.RECONCILED_WITHIN_DAYS, curves.COLLECTED_WITHIN_DAYS):
            of = scenario(dt.date(year, 3, 1) + after * DAY, seed=seed, prevalence=0.3)
            for name in windows.TABLES:
                settled = windows.settled(of.config, name)
                rows = of_years(name, of, strata(of.config)[:settled])[:settled]
                assert rows == last[name][:settled], (name, of.config.day)
                seen.add((name in windows.UNTIL_PAID, settled))
    assert seen == {(False, 1), (False, 2), (False, 3), (True, 0), (True, 1), (True, 2)}


def test_tables_of_which_years_are_made_apart_are_the_long_ones() -> None:
    tables = in_memory(resolve("wholesale", {"preset": "small"})).tables
    longest = sorted(tables, key=lambda name: len(tables[name]), reverse=True)
    assert set(windows.TABLES) <= set(longest[:24])


# --- files --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The history up to the day before its first year is settled, not to be written to."""
    directory = tmp_path_factory.mktemp("made")
    write_world(scenario(SETTLES), directory)
    return directory


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What one run up to the day after writes."""
    directory = tmp_path_factory.mktemp("once")
    write_world(scenario(SETTLES + DAY), directory)
    return contents(directory, scenario(SETTLES + DAY))


@pytest.fixture
def own(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(made, tmp_path / "own", symlinks=True)


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> list[dt.date]:
    """The last days of the books that are simulated from now on, by a process that knows none."""
    days: list[dt.date] = []
    whole = simulation._whole.__wrapped__

    def counted(config, draws):
        days.append(config.day)
        return whole(config, draws)

    monkeypatch.setattr(simulation, "_whole", counted)
    forget(monkeypatch)
    return days


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process know nothing of any history."""
    monkeypatch.setattr(courses, "_KNOWN", Latest(1))
    growing_plan.chosen.cache_clear()
    fault_plan.plan.cache_clear()


def night(directory: Path) -> None:
    """The next day, as the command does it."""
    store = Store(WHOLESALE, directory)
    values = {"preset": "small", "history": {"start": str(START)}, "prevalence": 0.15}
    write_world(resolve("wholesale", values, as_of=str(SETTLES + DAY), recall=store.recall_plan), directory)


def test_a_night_simulates_nothing_and_keeps_the_files_of_settled_years(
    own: Path, at_once: dict[str, str], simulated: list[dt.date], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = {
        name: [own / "wholesale" / name / part_name(number) for number in range(3)] for name in windows.TABLES
    }
    inodes = {name: [path.stat().st_ino for path in paths] for name, paths in parts.items()}
    asked: list[tuple[str, range]] = []
    build = generate.build

    def seen(task, *given):
        asked.extend((name, task.windows(name)) for name in windows.TABLES)
        return build(task, *given)

    monkeypatch.setattr(generate, "build", seen)
    night(own)
    assert simulated == []
    assert dict(asked) == {name: range(1 if name in windows.UNTIL_PAID else 2, 3) for name in windows.TABLES}
    assert contents(own, scenario(SETTLES + DAY)) == at_once
    for name, paths in parts.items():
        assert paths[0].stat().st_ino == inodes[name][0], name
    assert parts["ledger_entries"][2].stat().st_ino != inodes["ledger_entries"][2]


def test_years_are_settled_once_all_of_them_is_paid(own: Path, tmp_path: Path) -> None:
    """Nights on and after such days give the bytes of one run; the day before it is not said."""
    days = (SETTLES - DAY, SETTLES, THIRD_ENDS, THIRD_ENDS + curves.COLLECTED_WITHIN_DAYS * DAY + DAY)
    found = []
    for day in days:
        of = scenario(day)
        found.append(of.world.settled_parts(of.config, of.world.table("invoices")))
        assert of.world.settled_parts(of.config, of.world.table("clients")) == 0
        if day > SETTLES:
            write_world(of, own)
    assert found == [0, 1, 1, 2]
    write_world(of, tmp_path / "once")
    assert contents(own, of) == contents(tmp_path / "once", of)


def test_changes_over_a_settled_year_turn_one_day_into_the_other() -> None:
    """In April 2021 the first year's ledger is settled, and its invoices are paid."""
    of, days = scenario(dt.date(2021, 4, 20)), (dt.date(2021, 4, 5), dt.date(2021, 4, 20))
    before, after = (in_memory(scenario(day)).tables for day in days)
    fed: dict[str, list[dict[str, Any]]] = {}
    for table, rows in changes(of, *days):
        fed.setdefault(table.name, []).extend(rows.to_pylist())
    for name in ("invoices", "ledger_entries", "payments", "orders", "audit_logs"):
        key = of.world.table(name).key.name
        found = {row[key]: row for row in before[name].to_pylist()}
        assert all(row["op"] != "delete" for row in fed[name])
        found |= {row[key]: {column: row[column] for column in after[name].column_names} for row in fed[name]}
        assert [found[number] for number in sorted(found)] == after[name].to_pylist(), name


def test_a_feed_of_changes_simulates_nothing(
    own: Path, simulated: list[dt.date], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads how the rows stand on each day, and says the same as the books."""
    feeds = tmp_path / "known", tmp_path / "books"
    given = ["changes", "wholesale", "--since", str(SETTLES - 3 * DAY), "--data-dir", str(own), "--out"]
    assert CliRunner().invoke(main, [*given, str(feeds[0])]).exit_code == 0
    assert simulated == []
    for plan in plans(own):
        plan.unlink()
    forget(monkeypatch)
    assert CliRunner().invoke(main, [*given, str(feeds[1])]).exit_code == 0
    assert simulated
    known, books = ({path.name: path.read_bytes() for path in feed.iterdir()} for feed in feeds)
    assert known == books
    assert len(known["invoices.parquet"]) > 1_000


def plans(data: Path) -> list[Path]:
    """The files of what is planned."""
    return sorted((data / "wholesale" / ".carried").glob("*/*"))


def removed(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_another_history(path: Path) -> None:
    """What was planned under another seed, and written whole."""
    write_world(scenario(SETTLES, seed=43), path.parent / "other")
    (other,) = plans(path.parent / "other")
    path.write_bytes(other.read_bytes())


def of_other_tables(path: Path) -> None:
    """All courses but the first."""
    content = path.read_bytes()[DIGEST_BYTES:]
    source = pa.BufferReader(content)
    pa.ipc.open_stream(source).read_all()
    _write(path, content[source.tell() :])


def of_another_form(path: Path) -> None:
    _write(path, b"courses")


@pytest.mark.parametrize(
    "spoil",
    size(
        (of_another_history, of_other_tables),
        (removed, cut, emptied, of_another_history, of_other_tables, of_another_form),
    ),
)
def test_what_is_planned_may_be_lost_or_damaged(
    spoil: Callable[[Path], None],
    own: Path,
    at_once: dict[str, str],
    simulated: list[dt.date],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is planned anew, to the same bytes, and stands there again."""
    (path,) = plans(own)
    whole = path.stat().st_size
    spoil(path)
    forget(monkeypatch)
    night(own)
    assert simulated
    assert contents(own, scenario(SETTLES + DAY)) == at_once
    assert path.stat().st_size > 0.9 * whole


def test_a_settled_year_whose_file_is_damaged_is_made_from_the_books_again(
    own: Path, at_once: dict[str, str], simulated: list[dt.date]
) -> None:
    part = own / "wholesale" / "ledger_entries" / part_name(0)
    content = part.read_bytes()
    part.chmod(0o644)
    part.write_bytes(content[:-1] + b"?")
    night(own)
    assert simulated
    assert contents(own, scenario(SETTLES + DAY)) == at_once
    assert part.read_bytes() == content


def test_a_day_before_the_start_is_refused_and_loses_no_plan(own: Path) -> None:
    store = Store(WHOLESALE, own)
    with pytest.raises(UsageProblem, match=r"history\.start 2020-03-01 is after as_of 2019-01-01"):
        resolve("wholesale", KEYS, as_of="2019-01-01", recall=store.recall_plan)
    assert len(plans(own)) == 1


def test_a_plan_that_cannot_be_kept_is_planned_again(tmp_path: Path) -> None:
    (tmp_path / "wholesale").mkdir()
    (tmp_path / "wholesale" / ".carried").write_text("in the way")
    write_world(scenario(START), tmp_path)
    assert contents(tmp_path, scenario(START))


def test_only_the_plan_of_the_last_year_is_kept(own: Path) -> None:
    assert [path.name for path in plans(own)] == ["planned-until-2023-02-28.bin"]
    write_world(scenario(THIRD_ENDS + DAY), own)
    assert [path.name for path in plans(own)] == ["planned-until-2024-02-29.bin"]


# --- courses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "keys",
    size(({"decoy_ratio": 2.0},), ({}, {"decoy_ratio": 2.0}, {"seed": 3}, {"preset": "investigation"})),
)
def test_a_course_says_how_rows_stand_on_every_day(
    keys: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each table, with faults and decoys: as the books say it by that day, until the end of the year, as
    bytes and back."""
    config = scenario(THIRD_ENDS, anomaly_rates={"bill_paid_twice": 0.05}, prevalence=None, **keys).config
    first, last = strata(config)[-1].start, strata(config)[-1].stop - 1
    content = windows.WINDOWS.kept.content(config)
    assert windows.WINDOWS.kept.recall(config, content)
    found = courses.known(config)
    monkeypatch.setattr(courses, "_KNOWN", Latest(1))
    assert {name for name, _ in found} == {table.name for table in WHOLESALE.tables}
    days = [first, first + 1, *range(first + 11, last, size(67, 7)), last - 1, last]
    for day in days:
        of = Scenario(WHOLESALE.of(config), by(config, day), {})
        for name, rows in in_memory(of).tables.items():
            years = [course.on(day) for (table, _), course in found.items() if table == name]
            known = pa.concat_tables(years).cast(rows.schema)
            assert known.equals(rows.slice(len(rows) - len(known))), (name, day)
            assert len(known) == len(rows) or name in windows.TABLES


READ_AHEAD = {
    "vendor_supply", "client_needs", "match_records", "sales_sheet_templates", "sales_sheet_history",
    "scratch_pad_notes", "alert_configurations", "user_dashboard_preferences",
}  # fmt: skip
"""Tables whose rows are drawn from months, weeks or sales that may be to come."""


@pytest.mark.parametrize("day", [dt.date(2020, 9, 30), dt.date(2021, 4, 3), dt.date(2022, 2, 14)])
def test_what_is_to_come_says_nothing_of_a_day(day: dt.date) -> None:
    """Rows of a day are the same from books that know no later one, and come in order of key."""
    config = scenario(day, preset="investigation", prevalence=None).config
    year = fault_plan.facts(config, growing_plan.draws_of(config), range(0))
    without = replace(year, later=None)
    assert len(without.orders) < len(year.planned.orders)
    for table in WHOLESALE.tables:
        if table.name in READ_AHEAD | {"anomaly_manifest"}:
            continue
        given = {"config": config, "draws": WHOLESALE.draws(config, table.name)}
        from_plan, from_day = (
            table.generate(**{name: (given | {"facts": books})[name] for name in table.parameters})
            for books in (year, without)
        )
        assert from_plan.equals(from_day), table.name
        keys = from_plan[table.key.name].to_pylist()
        assert keys == sorted(keys), table.name


def test_edits_name_rows_by_what_no_day_changes() -> None:
    """So the edits of a row are the same on all days."""
    config = scenario(THIRD_ENDS, preset="investigation", prevalence=None).config
    chosen = growing_plan.chosen(config, growing_plan.draws_of(config))
    edits = [edit for of in chosen.kinds for fault in of.faults for edit in fault.edits]
    assert len({edit.table for edit in edits}) > 10
    for edit in edits:
        table = WHOLESALE.table(edit.table)
        assert not any(table.column(name).is_state for name in edit.where), edit


def by(config: Any, day: int) -> Any:
    """A configuration up to a day of its books."""
    return config.model_copy(update={"as_of": config.start + day * DAY})


def test_a_course_has_the_rows_that_are_there() -> None:
    """Two rows: the second comes on day 5 and is another on day 7."""
    standings = pa.table({"id": [1, 2, 2], "paid": [0, 0, 9]})
    course = Course.of(standings, keys=[1, 2, 2], came=[3, 5, 7])
    found = {day: course.on(day).to_pylist() for day in (2, 3, 4, 5, 6, 7, 8)}
    one, unpaid, paid = ({"id": 1, "paid": 0}, {"id": 2, "paid": 0}, {"id": 2, "paid": 9})
    assert found == {
        2: [], 3: [one], 4: [one], 5: [one, unpaid], 6: [one, unpaid], 7: [one, paid], 8: [one, paid]
    }  # fmt: skip
