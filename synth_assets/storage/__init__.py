"""From blocks to published Parquet: the scenario, blocks and workers, atomic publishing, reading back."""
