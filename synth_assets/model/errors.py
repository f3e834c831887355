"""What can go wrong on a person's side, said in one line with its remedy."""

from __future__ import annotations


class Problem(Exception):
    """Something is missing, broken or in use. The message is one line: what is wrong and what to do."""

    exit_code = 1


class UsageProblem(Problem):
    """What was asked for is not possible: a wrong key, value, name or combination."""

    exit_code = 2
