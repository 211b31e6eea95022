"""A gate for deployment.

Two models are compared, or the checkpoints of a run that nobody guarded; a run's outcome is told
to machines.
"""
