"""What `synth-assets score` costs, with a finding for every ten transactions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb

FINDINGS_SHARE = 0.1
"""Findings over transactions: 1 million over 10 million."""


def score_command(rows: int, directory: Path) -> list[str]:
    """The command over what `generate` published in a directory; writes its findings there."""
    path = directory / "findings.parquet"
    write_findings(directory / "data" / "order_to_cash", int(rows * FINDINGS_SHARE), path)
    command = [str(Path(sys.executable).parent / "synth-assets"), "score", "order_to_cash", "--json"]
    return [*command, "--findings", str(path), "--data-dir", str(directory / "data")]


def write_findings(world: Path, count: int, path: Path) -> None:
    """Findings with scores: half of them labels, the others invoices of any kind, as of two kinds."""
    labels, invoices = (
        f"read_parquet('{world / name}/*.parquet', hive_partitioning = false)"
        for name in ("anomaly_manifest", "invoices")
    )
    kinds = "['duplicate_invoice', 'pricing_drift'][CAST(1 + hash(invoice_id) % 2 AS INT)]"
    duckdb.sql(
        f"""
        COPY (
            SELECT *, (hash(entity_id) % 1000000) / 1000000 AS score FROM (
                (SELECT CAST(type AS VARCHAR) AS type, entity_id FROM {labels}
                ORDER BY hash(entity_id) LIMIT {count // 2})
                UNION
                (SELECT {kinds} AS type, invoice_id FROM {invoices}
                ORDER BY hash(invoice_id) LIMIT {count // 2})
            ) ORDER BY hash(entity_id)
        ) TO '{path}'
        """
    )


def run(rows: int, directory: Path) -> str:
    """What the command prints."""
    done = subprocess.run(score_command(rows, directory), check=True, capture_output=True, text=True)
    return done.stdout
