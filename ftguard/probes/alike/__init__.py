"""Finds probes that are one template filled in again and again."""
