"""Shapes that outsiders expect of this world: pure functions from its tables to JSON values."""

from synth_assets.worlds.personal_banking.vendors.plaid import PLAID
from synth_assets.worlds.personal_banking.vendors.users_json import USERS_JSON

VENDORS = (PLAID, USERS_JSON)
