"""The `synth-assets` command. Progress on stderr, results on stdout; exit 0 done, 1 failed, 2 wrong use."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

import synth_assets.generation.idle_threads  # noqa: F401  before numpy
from synth_assets import __version__
from synth_assets.cli.benchmark import benchmark
from synth_assets.cli.changes import changes
from synth_assets.cli.common import examples
from synth_assets.cli.corrections import corrections
from synth_assets.cli.databases import clear, load, reset
from synth_assets.cli.explain import explain
from synth_assets.cli.export import export
from synth_assets.cli.generate import generate
from synth_assets.cli.list import list_worlds, schema, tables
from synth_assets.cli.report import report
from synth_assets.cli.score import score
from synth_assets.cli.verify import verify
from synth_assets.generation.garbage import collect_less_often
from synth_assets.model.errors import first_line

CLOSED_PIPE = 128 + 13
"""Exit code where nobody reads on: what a shell says of a tool that SIGPIPE ended."""


class _Commands(click.Group):
    """The commands; help that cannot be written, too, ends with one line, or quietly if nobody reads on."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        collect_less_often()
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # what the terminal's alphabet lacks
        try:
            return super().main(*args, **kwargs)
        except OSError as error:
            click.echo(f"the output cannot be written: {first_line(error)}", err=True)
            sys.exit(1)
        finally:
            _drop_unwritten()

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _while_read(), _wrong_use_in_one_line():
            return super().make_context(*args, **kwargs)  # help is written here

    def invoke(self, ctx: click.Context) -> Any:
        with _while_read(), _wrong_use_in_one_line():
            return super().invoke(ctx)


@contextmanager
def _while_read() -> Iterator[None]:
    """Ends the program quietly where the reader of stdout has seen enough."""
    try:
        yield
    except BrokenPipeError:
        sys.exit(CLOSED_PIPE)


class _WrongUse(click.ClickException):
    """What was typed is no command, said in one line that ends with where help is."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file, err=True)


@contextmanager
def _wrong_use_in_one_line() -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # it is the help; click 8.1 has no such class
            raise
        said = " ".join(error.format_message().split()).rstrip(".")
        path = error.ctx.command_path if error.ctx else "synth-assets"
        raise _WrongUse(f"{said}: see {path} --help") from None


def _drop_unwritten() -> None:
    """What could not be written is told already: Python must not try it again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "synth-assets worlds",
        "synth-assets generate order_to_cash --as-of 2026-06-30",
        "synth-assets verify order_to_cash",
        "synth-assets explain order_to_cash INV-000000022",
        "synth-assets score order_to_cash --findings found.csv",
        "synth-assets generate --help",
    ),
)
@click.version_option(__version__, prog_name="synth-assets")
def main() -> None:
    """Finance data whose truth is known: linked worlds, every anomaly labelled.

    WORLD is a name that `worlds` lists; generate, verify, export, tables and schema take `all`, too.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does: swept, and in words


for command in (
    generate,
    verify,
    score,
    explain,
    report,
    corrections,
    benchmark,
    export,
    changes,
    load,
    reset,
    clear,
    list_worlds,
    tables,
    schema,
):
    main.add_command(command)
