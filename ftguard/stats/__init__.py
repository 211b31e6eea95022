"""Numbers with their intervals: estimates, calibration error, power, alpha spending, shrinkage."""
