"""Users: people who hold accounts, and whether they let their data be used."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from synth_assets.model.columns import flag, identifier, moment, state, text
from synth_assets.model.draws import Draws, Ints
from synth_assets.model.people import people
from synth_assets.model.table import Table, arrow_table, seconds
from synth_assets.worlds.personal_banking.activity.block import Block
from synth_assets.worlds.personal_banking.activity.facts import stratum, window
from synth_assets.worlds.personal_banking.anomalies import WITHDRAWN
from synth_assets.worlds.personal_banking.config import Config
from synth_assets.worlds.personal_banking.user_plan import AS_DRAWN, withdrawn_on

USER_ID = identifier("user_id", "usr_", "User.")
COLUMNS = (
    USER_ID,
    text("name", "Full name; nobody real."),
    text("email", "Under .example; unique."),
    moment("created_at", "Sign-up, within two years before the history begins; `simple`: before as_of."),
    state(flag("consent_status", "Whether the user consents to the use of the data.")),
    state(moment("consent_updated_at", "When that was last said, after sign-up.")),
)

SIGN_UP_DAYS = 730

RENEWED_SHARE = 0.2
"""Users who consent and said so again within the history [D]."""


def generate(draws: Draws, facts: Block, config: Config) -> pa.Table:
    """One row a user of the block."""
    users = facts.users
    person = people(draws, users.number, config.num_users)
    age, second, said, said_second = draws.fields("sign_up", users.number).astype(np.int64)
    first = window(config).first
    since = SIGN_UP_DAYS - (window(config).length if config.preset == "simple" else 0)
    signed_up = first - 1 - age * since // 65_536
    updated = signed_up + said * (first - signed_up) // 65_536
    withdrawn = users.fault == WITHDRAWN
    given, lately, _, _ = draws.fields("consent", users.number).astype(np.int64)
    drawn = users.consent_renewed == AS_DRAWN
    renewed = users.consents & np.where(drawn, given < int(RENEWED_SHARE * 65_536), users.consent_renewed)
    is_followed = withdrawn | ~drawn
    length = stratum(config, 0).window.length if config.grows else window(config).length
    days = np.where(is_followed, _last_day(facts), length)  # so that something follows
    said_again = first + lately * days // 65_536
    if config.grows:
        said_again = np.where(
            withdrawn, withdrawn_days(users.number, config), first + lately * length // 65_536
        )
        withdrawn &= said_again <= window(config).last
    updated = np.where((withdrawn | renewed) & (said_again <= window(config).last), said_again, updated)
    created = seconds(signed_up, second * 43_200 // 65_536)
    return arrow_table(
        COLUMNS,
        {
            "user_id": users.number + 1,
            "name": person.name,
            "email": person.email,
            "created_at": created,
            "consent_status": users.consents & ~withdrawn,
            "consent_updated_at": seconds(updated, 43_200 + said_second * 43_199 // 65_536),
        },
    )


def withdrawn_days(user: Ints, config: Config) -> Ints:
    """The epoch days on which users of a history, by their numbers, withdraw their consent where they do."""
    first, draws = stratum(config, 0).window, Draws(config.seed, "personal_banking", "users")
    return first.first + withdrawn_on(draws, user, first.length)


def _last_day(facts: Block) -> Ints:
    """Day of each user's last transaction; 0 for those without."""
    days = np.zeros(len(facts.users.number), dtype=np.int64)
    days[facts.rows.user] = facts.rows.day  # in order of day: the last one stays
    return days


USERS = Table(
    name="users",
    grain="One person with accounts.",
    columns=COLUMNS,
    generate=generate,
    row_count_key="num_users",
)
