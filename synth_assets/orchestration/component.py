"""A world as a component of somebody else's Dagster project: `type: synth_assets.WorldComponent`."""

from __future__ import annotations

from typing import Any

import dagster as dg
from pydantic import Field

from synth_assets.orchestration.assets import world_assets


class WorldComponent(dg.Component, dg.Model, dg.Resolvable):
    """Linked finance tables with labelled anomalies: the assets of one world of synth_assets.

    ```yaml
    type: synth_assets.WorldComponent
    attributes:
      world: order_to_cash
      config: {seed: 7, num_transactions: 5000}
      key_prefix: sales
      exports: [beancount]
    ```
    """

    world: str = Field(description="A world's name: `synth-assets worlds` lists them.")
    config: dict[str, Any] = Field(
        default_factory=dict,
        description="Keys of its configuration, and `preset`; `synth-assets schema WORLD` explains them.",
    )
    key_prefix: str | None = Field(
        default=None, description="What the keys of its assets begin with, with slashes between parts."
    )
    exports: list[str] = Field(
        default_factory=list, description="Formats that are written after every run: csv, beancount …"
    )

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The world's assets.

        Raises:
            UsageProblem: there is no such world, key or format.
        """
        assets = world_assets(
            self.world, config=self.config, key_prefix=self.key_prefix, exports=self.exports
        )
        return dg.Definitions(assets=assets)
