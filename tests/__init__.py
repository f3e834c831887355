"""Tests, by part of the package; `worlds` makes whole worlds for them."""
