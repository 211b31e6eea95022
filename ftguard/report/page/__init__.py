"""Draws what is shown: a page that opens anywhere, and the same as text."""
