"""How a problem reaches a person through Dagster: one line, and no retry."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import dagster as dg

from synth_assets.model.errors import Problem, UsageProblem
from synth_assets.model.world import World
from synth_assets.orchestration.keys import SCENARIO, op_name
from synth_assets.storage.paths import translate_os_errors
from synth_assets.storage.store import Store, data_dir

Event = dg.AssetCheckResult | dg.MaterializeResult


@contextmanager
def fail_in_one_line() -> Iterator[None]:
    """A problem, or an error of the system, ends the step with one line and no retry."""
    try:
        with translate_os_errors(data_dir()):
            yield
    except Problem as problem:
        raise dg.Failure(description=str(problem), allow_retries=False) from None


def log_failed_checks(context: dg.AssetExecutionContext, events: Iterable[Event]) -> Iterator[Event]:
    """The events of an asset, each check that failed also as a warning in the run's log."""
    for event in events:
        if isinstance(event, dg.AssetCheckResult) and not event.passed:
            context.log.warning(f"{event.check_name} failed: {event.description}")
        yield event


def refuse_unused_config(context: dg.AssetExecutionContext) -> None:
    """Dagster ignores run config for an op that is misspelt or not selected; here it ends the run.

    Raises:
        UsageProblem: it names the ops whose config nobody would read.
    """
    ops = [node.name for node in context.job_def.nodes]
    given: dict[str, object] = dict(context.run.run_config).get("ops") or {}  # type: ignore[assignment]
    lines = [_unused(name, ops) for name in given if name not in ops]
    if lines:
        raise UsageProblem("; ".join(lines) + " (nothing was written)")


def refuse_other_scenario(context: dg.AssetExecutionContext, world: World, store: Store) -> None:
    """A run that makes the scenario publishes that one, or nothing.

    Raises:
        Problem: somebody else has replaced it since.
    """
    if any(node.name == op_name(world, SCENARIO) for node in context.job_def.nodes):
        store.refuse_scenario_of_another(context.run.run_id)


def _unused(name: str, ops: list[str]) -> str:
    if name.split("__")[-1] == SCENARIO:
        key = name.replace("__", "/")
        return (
            f"run config is given for {name}, which is not part of this run: select it too, --select '{key}*'"
        )
    near = difflib.get_close_matches(name, ops, n=1)
    hint = f". Did you mean {near[0]}?" if near else f": {', '.join(sorted(ops))}"
    return f"run config is given for {name}, which is not part of this run{hint}"
