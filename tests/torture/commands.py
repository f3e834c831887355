"""The `synth-assets` command, in this process or in one of its own, and what it said."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

from synth_assets.cli import main

ROOT = Path(__file__).parent.parent.parent
MAIN = "from synth_assets.cli import main; main(sys.argv[1:])"


class Ended(NamedTuple):
    """Exit code, what stood on stdout, and the lines of stderr but for the headings of worlds."""

    code: int
    out: str
    lines: list[str]


def run(*words: str | Path) -> Ended:
    """Run a command in this process; a traceback is the exit code -1 and its last line."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return Ended(-1, result.stdout, [f"traceback: {result.exception!r}"])
    return Ended(result.exit_code, result.stdout, _lines(result.stderr))


def apart(
    words: Sequence[str],
    before: str = "",
    environment: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    prepare: Callable[[], object] | None = None,
) -> Ended:
    """Run a command in a process of its own, after the Python of `before`."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{before}\n{MAIN}", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        cwd=cwd,
        preexec_fn=prepare,
        capture_output=True,
        check=False,
    )
    return Ended(done.returncode, done.stdout.decode(), _lines(done.stderr.decode()))


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if "  as of " not in line]


def not_one_line(ended: Ended, code: int) -> str | None:
    """What is wrong with a refusal that should be one line with this exit code."""
    if ended.code != code or len(ended.lines) != 1:
        return f"exit {ended.code}, {' | '.join(ended.lines)[:300]}"
    return None
