"""What the terminal shows of runs: answers, comparisons, a run as it trains."""
