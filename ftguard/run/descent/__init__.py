"""Finds the original base of a model that was fine-tuned before, and tells stages apart."""
