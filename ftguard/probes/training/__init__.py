"""Walks training data, whatever holds it, and reads the rows that the user gave."""
