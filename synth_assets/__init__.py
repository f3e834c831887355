"""Finance data whose truth is known: four linked worlds, every anomaly labelled."""
