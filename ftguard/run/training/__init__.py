"""Reads the Trainer's own data: its texts for leaks, its rows as the model gets them."""
