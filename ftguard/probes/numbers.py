"""How numbers stand in texts: the pattern, and the mark before a final one."""

import re

NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?|[-+]?\.\d+")
"""A number, also with separators of thousands, a fraction or an exponent."""
FINAL = "####"
"""The mark before a solution's final number, as GSM8K writes it."""
