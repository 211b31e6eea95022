"""Finds probes that stand in the training data."""
