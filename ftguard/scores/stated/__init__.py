"""What an answer states, however it is said: found by its form, then held against what is accepted.

plain.py      the text without markup; digits of all scripts as ASCII
question.py   what the question asks about, offers and gives
claims.py     the stretches of the answer, those that speak for it first
phrases.py    mentions of accepted and of wrong answers in a stretch, and which are denied
numbers.py    the number that a stretch comes to
"""
