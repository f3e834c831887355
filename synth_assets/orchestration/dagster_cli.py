"""What Dagster's commands need to know in a directory: Python runs this at each of its starts.

The wheel installs it as `synth_assets_dagster_cli`, beside a `.pth` file that imports it: a module of its
own, so that no start of Python brings the package.
"""

import os
import sys
import warnings
from types import TracebackType

DEFINITIONS = "synth_assets.definitions"
MODULE_VARIABLE = "DAGSTER_CLI_ASSET_MATERIALIZE_MODULE_NAME"
HOME = ".dagster_home"
COMMANDS = {"dagster", "dagster-webserver", "dagster-daemon", "dg"}
SOMEBODYS_CODE = {"pyproject.toml", "workspace.yaml", "dg.toml"}
FAILED_IN_WORDS = "dagster._core.definitions.events.Failure: "
SUPERSEDED = r"Function `\w+` is superseded"
NAMING_CODE = ("-m", "-f", "-w", "-a", "--module-name", "--python-file", "--workspace", "--package-name")


def prepare(words: list[str]) -> None:
    """Set what a command, by the words that started it, would have to be told by hand.

    `dagster asset materialize` takes the definitions from here, unless the directory has a project of its own
    or an option names other ones. In this project's directory the history is that of `make data`, and a wrong
    selection and what a failed step says are told without a traceback; `dagster dev` and `dg dev` read `.env`
    instead. Commands of these definitions start without the warning that `dg` supersedes them.
    """
    if not words or not COMMANDS & set(map(os.path.basename, words[1:3])):
        return
    is_ours = _is_this_project()
    names_code = any(word.partition("=")[0] in NAMING_CODE for word in words[2:])
    if (is_ours or not any(map(os.path.exists, SOMEBODYS_CODE))) and not names_code:
        os.environ.setdefault(MODULE_VARIABLE, DEFINITIONS)
    if is_ours and "dev" not in words and os.path.isfile(os.path.join(HOME, "dagster.yaml")):
        os.environ.setdefault("DAGSTER_HOME", os.path.abspath(HOME))
    if DEFINITIONS in (*words, os.environ.get(MODULE_VARIABLE)):
        warnings.filterwarnings("ignore", SUPERSEDED)
    if is_ours and {"materialize", "launch"} & set(words):
        sys.excepthook = _in_a_line
        _leave_out_traces()


def _is_this_project() -> bool:
    try:
        with open("pyproject.toml", encoding="utf-8", errors="replace") as file:
            return 'name = "synth-assets"' in file.read()
    except OSError:
        return False


def _leave_out_traces() -> None:
    """A step that fails in words is said without the lines of code in which it did; these are stored."""
    import logging

    usual = logging.getLogRecordFactory()

    def without_trace(*given: object, **named: object) -> logging.LogRecord:
        record = usual(*given, **named)
        if isinstance(record.msg, str) and FAILED_IN_WORDS in record.msg:
            record.msg = record.msg.partition("\n\nStack Trace:")[0]
        return record

    logging.setLogRecordFactory(without_trace)


def _in_a_line(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Dagster's own complaints without a traceback; anything else as usual."""
    if kind.__module__ == "dagster._core.errors":
        print(error, file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


prepare(sys.orig_argv)
