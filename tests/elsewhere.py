"""Commands as somebody types them who has the package, but neither its source nor this project's settings."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

OURS = ("SYNTH_ASSETS_", "DAGSTER_", "PYTHONPATH")
"""What the names of this project's settings begin with."""


def run(*words: str, cwd: Path, **environment: str) -> str:
    """What a command prints, without this project's settings; it must succeed."""
    usual = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    done = subprocess.run(
        words, cwd=cwd, env={**usual, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def python_of(version: str) -> str | None:
    """A Python of that version: kept by pyenv, or on the path."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return str(kept[-1]) if kept else shutil.which(f"python{version}")
