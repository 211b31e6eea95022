"""One training run under guard, from its ledger on disk to the best checkpoint kept."""
