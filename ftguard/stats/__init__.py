"""Numbers with their intervals: estimates, curves, calibration error, power, alpha spending."""
