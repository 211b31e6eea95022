"""A gate for deployment: two models compared, the checkpoints of a run that nobody guarded, and
what came of a run told to machines."""
