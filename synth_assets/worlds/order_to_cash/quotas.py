"""Whether faults and decoys fit into the window: what is refused before anything is written."""

from __future__ import annotations

from synth_assets.model.draws import Draws
from synth_assets.worlds.order_to_cash import dates, fault_plan
from synth_assets.worlds.order_to_cash.config import Config


def why_not(config: Config, draws: Draws) -> str | None:
    """Why the configured quotas cannot all be met, in one line, or None when they can."""
    return fault_plan.why_not(config, draws) or _why_not_so_many(config, draws)


def _why_not_so_many(config: Config, draws: Draws) -> str | None:
    """Why the decoys of a ratio do not all find a place beside the faults, or None."""
    if config.decoy_ratio is None:
        return None
    ratio = f"decoy_ratio {config.decoy_ratio:g}"
    if fault_plan.is_crowded(config, draws):
        return (
            f"{ratio}: with so many faults there is no room for the decoys among {config.num_transactions} "
            "transactions: lower it or anomaly_rates"
        )
    asked, room = dates.aged_asked(config), dates.aged_room(config, draws)
    if asked > room:
        return (
            f"{ratio} asks for {asked} invoices unpaid at 31 to 59 days, and only {room} are so old: lower "
            "it or anomaly_rates.stale_unpaid"
        )
    return None
