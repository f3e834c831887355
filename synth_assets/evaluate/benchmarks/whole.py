"""A directory that is there as a whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synth_assets.model.errors import UsageProblem
from synth_assets.storage.paths import UNFINISHED, exclusive, sync_directory, translate_os_errors

REMEDY = "use another --out"


@contextmanager
def whole_directory(out: Path) -> Iterator[Path]:
    """A directory beside `out` to write in, which becomes `out` in one step at the end.

    After an error or Ctrl-C nothing of it is left; what a killed run left is removed by the next one for the
    same `out`.

    Raises:
        UsageProblem: `out` is not empty, no directory, the current one, or where a disk is mounted.
        Problem: another run is making it, or it cannot be written to.
    """
    out = _resolved(out)
    _refuse(out)
    above = _existing(out)
    with translate_os_errors(above, REMEDY):
        out.parent.mkdir(parents=True, exist_ok=True)
        staging = out.with_name(f".{out.name}{UNFINISHED}")
        if staging.is_symlink():
            staging.unlink()  # nothing that it leads to is cleared
        staging.mkdir(exist_ok=True)
        with exclusive(staging, False, f"another run is making {out}", REMEDY):
            try:
                with translate_os_errors(above, REMEDY):  # says how full the disk is before it is cleared
                    _clear(staging)
                    yield staging
                    _refuse(out)
                    for directory in (*filter(Path.is_dir, staging.rglob("*")), staging):
                        sync_directory(directory)
                    staging.replace(out)
                    sync_directory(out.parent)
            finally:
                shutil.rmtree(staging, ignore_errors=True)


def _resolved(out: Path) -> Path:
    """The directory that a path leads to; a UsageProblem where it leads to none."""
    try:
        return out.resolve()
    except (RuntimeError, OSError):  # as the version of Python has it
        raise UsageProblem(f"{out} leads in a circle of links: name another directory") from None


def _refuse(out: Path) -> None:
    """Nothing of anybody is replaced, and the directory in which a shell stands stays what it is."""
    if out == Path.cwd():
        raise UsageProblem("--out is the current directory: name another one")
    if out.is_mount():
        raise UsageProblem(f"{out} is where a disk is mounted: name a directory on it")
    if out.is_dir() and any(out.iterdir()):
        raise UsageProblem(f"{out} is not empty: name a directory that is not there yet, or an empty one")
    if out.exists() and not out.is_dir():
        raise UsageProblem(f"{out} is a file: name a directory that is not there yet, or an empty one")


def _existing(path: Path) -> Path:
    """The nearest directory above that is there."""
    return next(above for above in path.parents if above.is_dir())


def _clear(directory: Path) -> None:
    for path in directory.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
