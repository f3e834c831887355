"""What all tests share: property tests draw the same examples on every machine, and no test races a clock."""

from hypothesis import settings

settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")
