"""Markdown pages as a person follows them: each block of code is done in order, in one directory.

A shell block's commands run, a Python block runs (and its tests), a query is asked of the catalogue; what a
`text` block after it shows is compared. A block below a paragraph that ends with a colon may be a file:
"Write `detector.py`:" makes it, "At the end of `rules.sql`:" adds to it, and "In `rules.sql`:" adds the lines
with + of a `diff` block below the one without.
"""

from __future__ import annotations

import io
import re
import runpy
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import click
import yaml
from click.testing import CliRunner

import synth_assets
from synth_assets.cli import main

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.S | re.M)
FILE = re.compile(r"(Write|[Aa]t the end of|[Ii]n) `([\w./-]+\.(?:py|yaml|sql))`")
"""What a paragraph that ends with a colon says of the file below it."""

SECONDS = re.compile(r"\d+\.\d s\b")
DOTS = "…"
"""A line of an output that stands for lines left out."""


class Block(NamedTuple):
    """A block of code of a page.

    Attributes:
        language: as the page says it.
        code: what it holds.
        intro: the paragraph before it, in one line.
        shown: what the `text` block that follows shows; None without one.
    """

    language: str
    code: str
    intro: str
    shown: str | None

    @property
    def place(self) -> tuple[str, str] | None:
        """How a file is written, and which; None for a block that is run."""
        found = FILE.findall(self.intro) if self.intro.endswith(":") else []
        return found[-1] if found else None

    def written_to(self, root: Path) -> None:
        """Write the file, or put the block where the paragraph before it says."""
        assert self.place
        how, file = self.place
        path = root / file
        before = "" if how == "Write" else path.read_text()
        if self.language == "diff":
            path.write_text(with_lines(before, self.code))
        else:
            path.write_text(f"{before.rstrip()}\n\n{self.code}" if before else self.code)


def with_lines(text: str, diff: str) -> str:
    """A text with the lines of a diff that begin with +, below the one line that is as its first."""
    first, *added = diff.splitlines(keepends=True)
    lines = text.splitlines(keepends=True)
    (place,) = (number for number, line in enumerate(lines) if line == first[1:])
    assert all(line.startswith("+") for line in added)
    return "".join([*lines[: place + 1], *(line[1:] for line in added), *lines[place + 1 :]])


def blocks_of(page: str) -> list[Block]:
    """The blocks of a page, in order; a `text` block belongs to the one before it."""
    found, end = [], 0
    for match in FENCE.finditer(page):
        between = page[end : match.start()].strip()
        end = match.end()
        if match[1] == "text" and found and not between:
            found[-1] = found[-1]._replace(shown=match[2])
        else:
            intro = " ".join(between.split("\n\n")[-1].splitlines())
            found.append(Block(match[1], match[2], intro, None))
    return found


def commands_of(block: Block) -> Iterator[str]:
    """The commands of a shell block, without comments."""
    for line in block.code.replace("\\\n", " ").splitlines():
        if words := shlex.split(line, comments=True):
            yield shlex.join(words)


def same(output: str, shown: str) -> bool:
    """Whether an output is what a page shows: seconds may differ, and lines may be left out at dots."""
    output, shown = (SECONDS.sub("s", text).strip() for text in (output, shown))
    parts = re.split(rf"^{DOTS}$\n?", shown, flags=re.M)
    return re.fullmatch(".*".join(map(re.escape, parts)), output, re.S) is not None


class Session:
    """Somebody who follows a page.

    Args:
        directory: where it is done.
        setenv: sets a variable of the environment.
        elsewhere: commands that are not run here, by a pattern, each with the reason.
        unknown: libraries that are not here, each with the reason: blocks that import one are read only.
        as_run: gives what is run in place of a command.
    """

    def __init__(
        self,
        directory: Path,
        setenv: Callable[[str, str], None],
        elsewhere: Mapping[str, str],
        unknown: Mapping[str, str],
        as_run: Callable[[str], str],
    ) -> None:
        self.directory, self.setenv, self.as_run = directory, setenv, as_run
        self.elsewhere, self.unknown = elsewhere, unknown
        self.scope: dict[str, Any] = {}

    def follow(self, page: str) -> None:
        """Do every block of a page, and compare what it shows."""
        for block in blocks_of(page):
            output = self.done(block)
            if block.shown is not None and output is not None:
                assert same(output, block.shown), f"{block.code}\ngives\n{output}"

    def done(self, block: Block) -> str | None:
        """Do a block; its output, or None where a part of it is not done here."""
        if block.place:
            block.written_to(self.directory)
            return ""
        if block.language == "sh":
            outputs = [self.command(command) for command in commands_of(block)]
            return None if None in outputs else "".join(map(str, outputs))
        if block.language == "python":
            compile(block.code, "a page", "exec")
            known = not any(re.search(rf"(import|from) {name}\b", block.code) for name in self.unknown)
            return self.python(block.code) if known else None
        if block.language == "sql":
            with synth_assets.connect() as books:
                return str(books.sql(block.code))
        assert block.language in ("yaml", "text", "ini"), block.language
        if block.language == "yaml":
            assert yaml.safe_load(block.code)
        return ""

    def command(self, command: str) -> str | None:
        """The output of a command; None for one that is not run here."""
        if any(re.search(pattern, command) for pattern in self.elsewhere):
            return None
        words = shlex.split(self.as_run(command))
        if words[0] == "export":
            self.setenv(*words[1].split("=", 1))
            return ""
        if words[:3] == ["python", "-m", "pytest"]:
            self.python((self.directory / words[3]).read_text())
            return None
        if words[0] == "python":
            with redirect_stdout(io.StringIO()) as out, arguments(words[1:]):
                runpy.run_path(str(self.directory / words[1]), run_name="__main__")
            return out.getvalue()
        assert words[0] == "synth-assets", f"nobody knows how to run: {command}"
        result = CliRunner().invoke(main, words[1:])
        assert result.exit_code == 0, f"{command}\n{result.output}"
        return result.stdout

    def python(self, code: str) -> str:
        """The output of a block of Python, and of its tests."""
        before = set(self.scope)
        with redirect_stdout(io.StringIO()) as out:
            exec(code, self.scope)
            for name in self.scope.keys() - before:
                if name.startswith("test_"):
                    self.scope[name]()
        return out.getvalue()


@contextmanager
def arguments(words: list[str]) -> Iterator[None]:
    """The words of a command line while a program runs."""
    before, sys.argv = sys.argv, words
    try:
        yield
    finally:
        sys.argv = before


def parsed(command: str) -> click.Context:
    """A command line as click reads it, without running it.

    Raises:
        click.UsageError: it is none.
    """
    context, words = click.Context(main), shlex.split(command)[1:]
    group: click.Command = main
    while isinstance(group, click.Group) and words and not words[0].startswith("-"):
        _, found, words = group.resolve_command(context, words)
        assert found is not None
        group = found
    return group.make_context(command, words, parent=context)
