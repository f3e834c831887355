"""Tables as Dagster assets: what is derived from them, and what a whole run leaves behind."""

from __future__ import annotations

import datetime as dt
import io
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
import yaml

from synth_assets.checks.giveaways import NOTHING
from synth_assets.checks.world_checks import world_checks
from synth_assets.definitions import defs
from synth_assets.generation.generate import write_world
from synth_assets.model.world import World
from synth_assets.orchestration import __main__ as make_data
from synth_assets.orchestration.assets import world_assets
from synth_assets.orchestration.check_results import check_specs, identifier
from synth_assets.orchestration.column_summary import BARS
from synth_assets.orchestration.keys import asset_key
from synth_assets.orchestration.metadata import GAP, PREVIEW_WIDTH, column_schema, definition_metadata
from synth_assets.orchestration.schedule import nightly
from synth_assets.orchestration.tables import ancestors
from synth_assets.scenario.resolve import resolve
from synth_assets.storage.store import Store
from synth_assets.worlds import NAMES, load
from tests.dagster_runs import AS_OF, WORLD, check, run

Result = dg.ExecuteInProcessResult


class Told(io.StringIO):
    """What is printed, and how much of it a reader has."""

    flushed = 0

    def flush(self) -> None:
        self.flushed = len(self.getvalue())


@pytest.fixture(scope="module")
def data_made(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Result], Path, str]:
    """`make data`: the run of each world, where it wrote and what was told."""
    results: dict[str, Result] = {}
    told, progress = Told(), io.StringIO()

    def remembered(world: World, *given: Any) -> Result:
        assert re.search(rf"{world.name}: making \d+ assets …\n\Z", progress.getvalue()), (
            "who waits knows why"
        )
        assert told.flushed == len(told.getvalue()), "in order where both go to one place"
        results[world.name] = run_world(world, *given)
        return results[world.name]

    run_world = make_data.run_world
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(told), redirect_stderr(progress):
        path = tmp_path_factory.mktemp("data")
        few = {"order_to_cash": {"as_of": AS_OF}, "wholesale": {"preset": "small"}}
        (path / "few.yaml").write_text(yaml.safe_dump({name: {} for name in NAMES} | few))
        patch.setenv("SYNTH_ASSETS_DATA_DIR", str(path))
        patch.setenv("SYNTH_ASSETS_CONFIG", str(path / "few.yaml"))
        patch.delenv("DAGSTER_HOME", raising=False)
        patch.setattr(make_data, "run_world", remembered)
        assert make_data.main() == 0
    return results, path, told.getvalue()


@pytest.fixture
def made(data_made: tuple[dict[str, Result], Path, str]) -> tuple[Result, Path]:
    """A run of everything of one world at the defaults, and its data directory."""
    results, path, _ = data_made
    return results["order_to_cash"], path


# --- what is derived ----------------------------------------------------------------------------------


def parents(name: str) -> dict[str, set[str]]:
    """The assets directly above each asset of a world, by their last words."""
    world, graph = load(name), defs.resolve_asset_graph()
    names = [table.name for table in world.relations] + ([world.report.name] if world.report else [])
    return {
        asset: {key.path[-1] for key in graph.get(asset_key(world, asset)).parent_keys}
        for asset in (*names, "catalogue")
    }


def test_lineage_runs_as_a_sale_does() -> None:
    assert parents("order_to_cash") == {
        "contacts": {"scenario"},
        "products": {"scenario"},
        "deals": {"contacts"},
        "opportunities": {"deals", "products"},
        "orders": {"opportunities"},
        "invoices": {"orders"},
        "payments": {"invoices"},
        "ledger_entries": {"payments"},
        "anomaly_manifest": {"ledger_entries"},
        "decoys": {"anomaly_manifest"},
        "catalogue": {"decoys"},
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_table_stands_below_what_it_reads_and_no_edge_is_implied_by_another_path(name: str) -> None:
    world, above = load(name), parents(name)

    def ancestors_of(asset: str) -> set[str]:
        direct = above.get(asset, set())
        return direct.union(*(ancestors_of(other) for other in direct))

    for table in world.tables:
        assert set(table.upstream) <= ancestors_of(table.name), table.name
        assert "scenario" in ancestors_of(table.name)
        implied = set().union(*(ancestors_of(other) for other in above[table.name]))
        assert not above[table.name] & implied, table.name
    assert ancestors_of("catalogue") == {"scenario", *above} - {"catalogue"}


def assets_with_checks(name: str) -> list[str]:
    world = load(name)
    report = [world.report.name] if world.report else []
    return [*(table.name for table in world.tables), *report, "catalogue"]


def number_of_checks(name: str) -> int:
    return sum(len(check_specs(load(name), asset)) for asset in assets_with_checks(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_command_line_and_dagster_run_the_same_checks(name: str) -> None:
    world = load(name)
    in_dagster = {
        (asset, spec.name) for asset in assets_with_checks(name) for spec in check_specs(world, asset)
    }
    in_verify = [(check.table, identifier(check.name)) for check in world_checks(world)]
    assert len(in_verify) == len(set(in_verify)), "each check is there once"
    assert in_dagster == set(in_verify)


MOST_ASSETS = {"wholesale": 7, "personal_banking": 15, "order_to_cash": 12, "subscriptions": 10}
"""Assets of a group whose graph was seen whole on a screen of 1440 by 900, and the list of decoys, which
stands beside another asset; a wide graph is drawn smaller."""

MOST_SIDE_BY_SIDE = 3
"""Assets of a group in which none reads another: they stand in one column, drawn in full size."""

MOST_LINKS = 9
"""Links of one asset to other groups on one side; each takes the height of half an asset."""


@pytest.mark.parametrize("name", NAMES)
def test_every_group_fits_on_one_screen(name: str) -> None:
    specs = {spec.key: spec for asset in world_assets(load(name)) for spec in asset.specs}
    above = {key: {dep.asset_key for dep in spec.deps} for key, spec in specs.items()}
    groups: dict[str, set[dg.AssetKey]] = {}
    for key, spec in specs.items():
        groups.setdefault(str(spec.group_name), set()).add(key)
    for group, members in groups.items():
        assert len(members) <= MOST_ASSETS[name], group
        assert len(members) <= MOST_SIDE_BY_SIDE or any(above[key] & members for key in members), group
        for key in members:
            below = {other for other, keys in above.items() if key in keys}
            assert max(len(above[key] - members), len(below - members)) <= MOST_LINKS, (group, key)


def test_groups_of_the_wholesaler_are_what_an_accountant_looks_for() -> None:
    groups = {spec.group_name for asset in world_assets(load("wholesale")) for spec in asset.specs}
    assert {"wholesale", "wholesale_sales", "wholesale_inventory", "wholesale_accounting"} <= groups
    guide = (Path(__file__).parents[1] / "docs" / "wholesale_guide.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(wholesale(?:_\w+)?)` \|", guide, re.MULTILINE)) == groups


@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_stands_below_what_its_rules_read_and_above_the_decoys(name: str) -> None:
    world = load(name)
    read = {table for query in world.sql("rules") for table in world.tables_read(query.sql)}
    above = set(ancestors(world, world.manifest.name))
    assert read <= above
    assert name == "wholesale" or above == {table.name for table in world.tables} - {world.manifest.name}
    assert parents(name)["decoys"] == {world.manifest.name}


@pytest.mark.parametrize("name", NAMES)
def test_the_check_that_reads_every_table_is_the_catalogues(name: str) -> None:
    (check,) = (check for check in world_checks(load(name)) if check.name == NOTHING)
    assert check.table == "catalogue"


def test_keys_are_bare_in_order_to_cash_and_prefixed_elsewhere() -> None:
    assert asset_key(WORLD, "invoices") == dg.AssetKey("invoices")
    assert asset_key(load("subscriptions"), "invoices") == dg.AssetKey(["subscriptions", "invoices"])


def test_every_asset_says_what_it_is() -> None:
    for asset in world_assets(WORLD):
        spec = next(iter(asset.specs))
        assert spec.description
        assert spec.group_name == "order_to_cash"
        assert spec.kinds
        assert spec.owners
        assert spec.code_version
    schema = next(iter(world_assets(WORLD)[6].specs)).metadata["dagster/column_schema"]
    amount = schema.columns[2]
    assert (amount.name, amount.type) == ("amount_due_cents", "int64, USD cents")
    assert amount.description == "What the customer is asked to pay"
    assert amount.constraints.other == ["≥ 0.01 USD"]
    assert schema.columns[1].description == "The order that is billed → [orders.order_id](/assets/orders)"


@pytest.mark.parametrize("prefix", [None, ("books",)], ids=["usual", "prefixed"])
@pytest.mark.parametrize("name", NAMES)
def test_references_link_to_the_page_of_the_key_that_their_lineage_names(name: str, prefix) -> None:
    world = replace(load(name), key_prefix=prefix)
    for table in world.tables:
        shown = definition_metadata(world, table)
        schema = {column.name: column.description for column in shown["dagster/column_schema"].columns}
        lineage = shown.get("dagster/column_lineage")
        for column, keys in (lineage.deps_by_column if lineage else {}).items():
            linked = re.findall(r"\[\w+\.(\w+)\]\(/assets/([\w/]+)\)", schema[column])
            named = [(key.column_name, key.asset_key.to_user_string()) for key in keys]
            assert sorted(linked) == sorted(named), (table.name, column)


def test_the_scenario_offers_every_key_of_the_world_without_a_default() -> None:
    shape = world_assets(WORLD)[0].op.config_schema.config_type.inner_type
    keys = set(WORLD.config.model_fields) | {"preset", "clean"}
    assert set(shape.fields) == keys
    assert not any(field.is_required or field.default_provided for field in shape.fields.values())
    assert shape.fields["num_transactions"].description.endswith(
        "A whole number from 1 to 124,999,984. Default: 1000."
    )
    assert set(shape.fields["anomaly_rates"].config_type.fields) == {a.name for a in WORLD.anomalies}


def test_the_nightly_tick_runs_everything_as_of_its_own_day() -> None:
    tick = dt.datetime(2026, 11, 21, 2, tzinfo=dt.UTC)
    with dg.build_schedule_context(scheduled_execution_time=tick) as context:
        request = nightly(context)
    assert isinstance(request, dg.RunRequest)
    assert request.run_config["ops"]["scenario"] == {"config": {"as_of": "2026-11-21"}}
    assert "subscriptions__scenario" not in request.run_config["ops"]  # its default is the end of 2024
    schedule = defs.resolve_schedule_def("nightly")
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 2 * * *", "UTC")
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    everything = defs.resolve_job_def("everything").asset_layer.executable_asset_keys
    reports = defs.resolve_job_def("reports").asset_layer.executable_asset_keys
    assert everything == defs.resolve_asset_graph().executable_asset_keys - reports


def test_every_check_of_what_is_published_can_run_alone() -> None:
    job, graph = defs.resolve_job_def("checks").asset_layer, defs.resolve_asset_graph()
    keys = job.asset_graph.asset_check_keys
    assert not list(job.executable_asset_keys)
    assert len(keys) == sum(map(number_of_checks, NAMES))
    every = graph.asset_check_keys
    assert keys < every, "those of the reports take minutes"
    assert all(graph.get_execution_set_asset_and_check_keys(key) == {key} for key in every)


@pytest.mark.parametrize("name", NAMES)
def test_every_world_is_a_job_of_its_name(name: str) -> None:
    made = defs.resolve_job_def(name).asset_layer.executable_asset_keys
    assert made == {spec.key for asset in world_assets(load(name)) for spec in asset.specs}


def test_the_page_warns_when_a_night_is_missing_of_worlds_that_live_up_to_today() -> None:
    graph = defs.resolve_asset_graph()
    policies = {name: graph.get(asset_key(load(name), "catalogue")).freshness_policy for name in NAMES}
    assert {name for name, policy in policies.items() if policy} == {"order_to_cash", "personal_banking"}


# --- what a run leaves --------------------------------------------------------------------------------


def test_a_run_of_everything_passes_every_check_and_labels_310(made: tuple) -> None:
    result, _ = made
    assert result.success
    found = result.get_asset_check_evaluations()
    assert len(found) == number_of_checks("order_to_cash")
    assert [each.check_name for each in found if not each.passed] == []
    truth = check(result, "anomaly_manifest", "rules_find_exactly_the_manifest")
    assert (truth.metadata["asked"].value, truth.metadata["found"].value) == ("310", "310")


def test_make_data_passes_every_check_of_every_world_and_tells_what_it_made(
    data_made: tuple[dict[str, Result], Path, str],
) -> None:
    _, path, said = data_made
    assert "orders 1,000" in said
    assert "truth: rules found 310 of 310 labels and nothing else" in said
    told = re.findall(r"^(\w+)  as of .*\n.*\n  (\d+) checks passed · truth: ", said, re.MULTILINE)
    assert dict(told) == {name: str(number_of_checks(name)) for name in NAMES}, "and none warned"
    with duckdb.connect(str(path / "synth_assets.duckdb"), read_only=True) as connection:
        views = connection.execute("select schema_name, view_name from duckdb_views() where not internal")
        relations = {(name, relation.name) for name in NAMES for relation in load(name).relations}
        assert set(views.fetchall()) == relations


def test_the_catalogue_answers_in_dollars(made: tuple) -> None:
    _, path = made
    with duckdb.connect(str(path / "synth_assets.duckdb"), read_only=True) as connection:
        total = connection.execute("select sum(amount_due) from order_to_cash.invoices").fetchall()[0][0]
        cents = connection.execute(
            f"select sum(amount_due_cents) from '{path}/order_to_cash/invoices/*.parquet'"
        ).fetchall()[0][0]
    assert total * 100 == cents > 0


def test_dagster_and_the_command_line_write_the_same_bytes(made: tuple, tmp_path: Path) -> None:
    _, path = made
    by_dagster = Store(WORLD, path)
    for name, version in write_world(resolve("order_to_cash", {"as_of": AS_OF}), tmp_path).items():
        assert by_dagster.published(name).parts == version.parts
        assert by_dagster.published(name).content == version.content


def test_blocks_are_those_of_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path / "dagster"))
    many = {"num_transactions": 66_000, "lost_deals_per_order": 0, "open_deals_per_order": 0}
    assert run(**many).success
    asked = resolve("order_to_cash", {"as_of": AS_OF, **many})
    for name, version in write_world(asked, tmp_path / "cli").items():
        assert Store(WORLD, tmp_path / "dagster").published(name).parts == version.parts
    assert len(version.parts) == 2


def test_the_page_shows_rows_columns_amounts_and_a_picture(made: tuple) -> None:
    result, path = made
    shown = materializations(result)[dg.AssetKey("invoices")]
    assert shown["dagster/row_count"].value == 980
    head, _, first, *_ = shown["preview"].value.split("\n")
    assert head == "|  | 1 | 2 |"
    assert re.fullmatch(r"\| invoice_id( \| INV-\d{9}){2} \|", first)
    assert shown["plot"].value.startswith("Amounts due, USD on a log axis\n\n![](data:image/svg+xml;base64,")
    assert shown["path"].value == str((path / "order_to_cash" / "invoices").resolve())
    bound, low_high, median, bars = shown["dagster/column_schema"].value.columns[2].constraints.other
    assert bound == "≥ 0.01 USD"
    assert low_high.endswith(" USD")
    assert median.startswith("median ")
    assert set(bars) <= set(BARS)


def width(table: str) -> int:
    """Characters across a Markdown table, and what the page adds to each of its columns."""
    columns = zip(*(re.split(r"(?<!\\)\|", line)[1:-1] for line in table.split("\n")), strict=True)
    return sum(max(len(cell.strip(" -")) for cell in column) + GAP for column in columns)


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_and_preview_is_shown_without_a_click(
    name: str, data_made: tuple[dict[str, Result], Path, str]
) -> None:
    """The page shows Markdown of 999 characters at once; more of it is a link."""
    world, shown = load(name), materializations(data_made[0][name])
    for table in world.relations:
        metadata = shown[asset_key(world, table.name)]
        assert len(metadata["preview"].value) < 1000, table.name
        assert width(metadata["preview"].value) <= PREVIEW_WIDTH, table.name
        plots = [value.value for name, value in metadata.items() if name.split("_")[0] == "plot"]
        if metadata["dagster/row_count"].value:
            assert len(plots) == sum(plot.table == table.name for plot in world.plots), table.name
        assert all(0 < len(plot) < 1000 for plot in plots), table.name


def materializations(result: Result) -> dict[dg.AssetKey, Any]:
    """The metadata of each asset that a run made."""
    return {
        event.asset_key: event.step_materialization_data.materialization.metadata
        for event in result.get_asset_materialization_events()
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_query_of_every_page_runs_as_it_is_pasted(
    name: str, data_made: tuple[dict[str, Result], Path, str]
) -> None:
    _, path, _ = data_made
    world, graph = load(name), defs.resolve_asset_graph()
    with duckdb.connect(str(path / "synth_assets.duckdb"), read_only=True) as connection:
        for table in world.relations:
            said = graph.get(asset_key(world, table.name)).description or ""
            [query] = re.findall(r"\*\*Ask it\*\*.*?```sql\n(.*?)\n```", said, re.DOTALL)
            rows = connection.execute(query).fetchall()
            has_labels = name in ("order_to_cash", "subscriptions")
            assert rows or not has_labels, query


def test_labels_are_numbers_and_an_empty_manifest_says_why(
    data_made: tuple[dict[str, Result], Path, str],
) -> None:
    results, _, _ = data_made
    shown = materializations(results["order_to_cash"])[dg.AssetKey("anomaly_manifest")]
    assert {"labels_asked", "labels_found", "labels_pricing_drift"} <= set(shown)
    assert (shown["labels_asked"].value, shown["labels_pricing_drift"].value) == (310, 80)
    for name in ("personal_banking", "wholesale"):
        empty = materializations(results[name])[asset_key(load(name), "anomaly_manifest")]
        assert "anomaly rates are 0" in empty["why_it_is_empty"].value


@pytest.mark.parametrize("name", NAMES)
def test_a_stated_range_holds_every_value_and_what_is_left_out_is_counted(
    name: str, data_made: tuple[dict[str, Result], Path, str]
) -> None:
    results, path, _ = data_made
    tables = {asset_key(load(name), table.name): table for table in load(name).relations}
    with duckdb.connect(str(path / "synth_assets.duckdb"), read_only=True) as connection:
        for event in results[name].get_asset_materialization_events():
            if event.asset_key not in tables:
                continue
            table = tables[event.asset_key]
            metadata = event.step_materialization_data.materialization.metadata
            shown = {column.name: column for column in metadata["dagster/column_schema"].value.columns}
            for column in table.columns:
                if column.form.summary in ("amounts", "numbers"):
                    words = " · ".join(shown[column.name].constraints.other)
                    where = f"from {name}.{table.name}"
                    assert stated(words) == values(connection, column.published_name, where, words), words


def stated(words: str) -> tuple[Decimal | None, ...]:
    """Least, most, rows that are not above zero and empty rows, as a column's words have them."""
    number = r"(-?[\d,.]*\d)"
    patterns = (rf"{number} to {number}", r"([\d,]+) rows? at or below 0", r"([\d,]+) rows? empty")
    found = [re.search(pattern, words) for pattern in patterns]
    low, high = found[0].groups() if found[0] else (None, None)
    return tuple(
        Decimal(text.replace(",", "")) if text else None
        for text in (low, high, *(match and match[1] for match in found[1:]))
    )


def values(
    connection: duckdb.DuckDBPyConnection, column: str, where: str, words: str
) -> tuple[Decimal | None, ...]:
    """The same, asked of the rows; rows that are not above zero only where a histogram is shown."""
    low, high, others, empty = connection.execute(
        f"select min({column}), max({column}), count(*) filter ({column} <= 0), "
        f"count(*) filter ({column} is null) {where}"
    ).fetchall()[0]
    has_bars = any(bar in words for bar in BARS)
    return (low, high, (others or None) if has_bars else None, empty or None)


def test_an_identical_rebuild_keeps_every_data_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNTH_ASSETS_DATA_DIR", str(tmp_path))
    with dg.DagsterInstance.ephemeral() as instance:
        versions = []
        for seed in (1, 1, 2):
            result = run("*anomaly_manifest", instance=instance, num_transactions=100, seed=seed)
            tags = [
                event.step_materialization_data.materialization.tags or {}
                for event in result.get_asset_materialization_events()
            ]
            versions.append([tag["dagster/data_version"] for tag in tags])
    assert versions[0] == versions[1]
    assert not set(versions[0]) & set(versions[2])


@pytest.mark.parametrize("name", NAMES)
def test_the_page_calls_the_keys_of_tables_unique_and_nothing_of_a_view(name: str) -> None:
    world = load(name)
    for table in [*world.tables, *(view.table for view in world.derived)]:
        unique = [column.name for column in column_schema(world, table).columns if column.constraints.unique]
        assert unique == ([table.key.name] if table in world.tables else []), table.name


def test_the_definitions_load_without_a_warning() -> None:
    program = [sys.executable, "-c", "import synth_assets.definitions"]
    loaded = subprocess.run(program, capture_output=True, text=True, check=True)
    assert loaded.stderr == ""


@pytest.mark.parametrize("name", NAMES)
def test_a_law_reads_only_what_stands_above_its_table(name):
    world = load(name)
    for law, _, query, _ in world.sql("laws"):
        *others, about = world.tables_read(query)
        assert set(others) <= set(ancestors(world, about)), law
