"""The manifest: one row for every fault, with what is expected and what the papers say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from synth_assets.model.arrow import strings
from synth_assets.model.columns import choice, count
from synth_assets.model.manifest import Labels, faulty_columns, manifest_columns, manifest_rows
from synth_assets.model.table import Table
from synth_assets.worlds.wholesale.anomalies import ANOMALIES
from synth_assets.worlds.wholesale.config import Config
from synth_assets.worlds.wholesale.course import Course
from synth_assets.worlds.wholesale.tables.ledger import PAPERS
from synth_assets.worlds.wholesale.tables.projection import AsOf
from synth_assets.worlds.wholesale.year import Year

NAME = "anomaly_manifest"

COLUMNS = (
    *manifest_columns(
        ANOMALIES,
        number="of the fault, kind by kind",
        entity="Number of the row at fault, in the table of its kind of row.",
        related="Number of the row that it disagrees with: the invoice, bill, batch, order or paper.",
        value="dollars, pounds, days, accounts or users, by kind",
        drift="refunds above their invoice",
    ),
    replace(
        choice("reference_type", PAPERS, "The kind of paper in the ledger that is misstated.", nullable=True)
    ),
    count("reference_id", "Which one.", nullable=True),
)


def generate(facts: Year | AsOf, config: Config) -> pa.Table:
    """One row for every fault, kind by kind; in a history that grows in the order in which they show."""
    if isinstance(facts, AsOf):
        known = facts.known(NAME)
        return rows(facts.books, config) if known is None else known
    return rows(facts, config)


def course(books: Year) -> Course:
    """The rows as they come until the end of the books of a history."""
    shown_on = sorted(fault.shown_on for of in books.faults for fault in of)
    return Course.of(rows(books, books.config), range(len(shown_on)), shown_on)


def rows(facts: Year, config: Config) -> pa.Table:
    """One row for every fault of some books."""
    labelled = [(code, fault) for code, of in enumerate(facts.faults, start=1) for fault in of]
    if config.grows:
        labelled.sort(key=lambda label: label[1].shown_on)
    faults = [fault for _, fault in labelled]
    codes = np.array([code for code, _ in labelled], dtype=np.int8)
    shown_on = facts.window.first + np.array([fault.shown_on for fault in faults], dtype=np.int64)

    def labels(_: int, at: npt.NDArray[np.intp]) -> Labels:
        chosen = [faults[place] for place in at.tolist()]
        numbers = {
            name: np.array([getattr(fault, name) for fault in chosen], dtype=np.int64)
            for name in ("expected", "actual", "at_risk_cents", "difficulty")
        }
        entity, related = (
            strings([str(getattr(fault, name)) for fault in chosen]) for name in ("entity", "related")
        )
        return Labels(entity, related, **numbers)

    papers = [fault.paper for fault in faults]
    kinds = np.array([PAPERS.index(paper[0]) if paper else 0 for paper in papers], dtype=np.int64)
    numbers = np.array([paper[1] if paper else 0 for paper in papers], dtype=np.int64)
    at_fault = faulty_columns(ANOMALIES)
    columns = [at_fault.index(fault.column or ANOMALIES[code - 1].column) for code, fault in labelled]
    has_none = np.array([paper is None for paper in papers], dtype=bool)
    return manifest_rows(
        COLUMNS,
        ANOMALIES,
        shown_on if config.grows else config.day,
        np.arange(len(faults)) + 1,
        codes,
        labels,
        drifting=1,
        faulty_column=np.array(columns, dtype=np.int64),
        reference_type=np.ma.masked_array(kinds, mask=has_none),
        reference_id=np.ma.masked_array(numbers, mask=has_none),
    )


ANOMALY_MANIFEST = Table(
    name=NAME,
    grain="One label: a fault that was put in on purpose.",
    columns=COLUMNS,
    generate=generate,
)
