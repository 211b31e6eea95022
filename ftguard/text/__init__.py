"""Texts for people: numbers and names in words, hidden characters shown, what a terminal takes."""
