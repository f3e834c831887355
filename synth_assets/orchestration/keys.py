"""What an asset is called, and which command mends it."""

from __future__ import annotations

import dagster as dg

from synth_assets.model.world import World
from synth_assets.storage.publication import opened
from synth_assets.storage.store import Store, data_dir

BARE_WORLD = "order_to_cash"
"""The world whose keys carry no prefix, so that `--select invoices+` is all there is to type."""

SCENARIO = "scenario"
OWNERS = ["team:synth_assets"]


def asset_key(world: World, name: str) -> dg.AssetKey:
    """`invoices` for the bare world, `subscriptions/invoices` for any other, or as its `key_prefix` says."""
    usual = () if world.name == BARE_WORLD else (world.name,)
    return dg.AssetKey([*(usual if world.key_prefix is None else world.key_prefix), name])


def group_name(world: World, subject: str = "") -> str:
    """The group of an asset on the page: its world, or the subject within a large one."""
    return f"{world.name}_{subject}" if subject else world.name


def tags(world: World, subject: str = "") -> dict[str, str]:
    """Tags by which the page's catalogue filters assets: the world, and the subject within a large one."""
    return {"world": world.name} | ({"subject": subject} if subject else {})


def op_name(world: World, name: str) -> str:
    """What Dagster calls the op of an asset, and run config its section: `subscriptions__scenario`."""
    return "__".join(asset_key(world, name).path)


def remedy(world: World, name: str) -> str:
    """The command that makes an asset and everything it needs."""
    return f"dagster asset materialize --select '*{asset_key(world, name).to_user_string()}'"


def store_for(world: World, name: str) -> Store:
    """The world's store; its errors name the command that makes the asset `name`, or a damaged one again.

    The latter leaves the scenario out, which would be resolved anew.
    """

    def mend(damaged: str) -> str:
        return f"dagster asset materialize --select '{asset_key(world, damaged).to_user_string()}+'"

    return opened(Store(world, data_dir(), remedy(world, name), mend))
