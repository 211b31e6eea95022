"""The figures from which a page decides a run anew on other limits."""
