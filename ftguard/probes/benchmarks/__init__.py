"""Standard benchmarks as probes: the tasks of lm-evaluation-harness, asked and scored as there."""
