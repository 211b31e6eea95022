"""What the measurements mean: gates, their sentences, advice, and the outcome of a run."""
