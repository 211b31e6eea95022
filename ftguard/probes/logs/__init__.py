"""Draws probes from logged production queries."""
