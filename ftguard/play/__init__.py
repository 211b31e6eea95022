"""A page to break fine-tunes on: turn the dials, guess what the guard will say, watch it happen."""
