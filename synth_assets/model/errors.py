"""What can go wrong on a person's side, said in one line with its remedy."""

from __future__ import annotations


class Problem(Exception):
    """Something is missing, broken or in use. The message is one line: what is wrong and what to do."""

    exit_code = 1


class UsageProblem(Problem):
    """What was asked for is not possible: a wrong key, value, name or combination."""

    exit_code = 2


def first_line(error: BaseException) -> str:
    """What an error says first; the system's errors in the system's words."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.splitlines()[0] if text else type(error).__name__
