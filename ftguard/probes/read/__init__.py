"""Reads rows from files and data sets, in the shapes that people have."""
