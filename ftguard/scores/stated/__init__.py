"""What an answer states, however it is said: found by its form, then held against what is accepted.

plain.py      the text without markup; digits of all scripts as ASCII
tokens.py     its words and numbers, folded
question.py   what the question asks about, offers and gives
claims.py     the stretches of the answer, those that speak for it first
lexicon.py    the accepted answers, and the wrong ones: distractors, other options, other names
sentence.py   a sentence in words and clauses
mentions.py   where it mentions an answer, and whether it denies it
phrases.py    what it says then: right, wrong, both, or nothing
code_like.py  whether the marks of code, intervals, addresses and paths are there
whole.py      the same for answers that are sentences themselves
numbers.py    the number that a stretch comes to
decimal_comma.py  numbers with a decimal comma, with a point
han_numbers.py  numbers in Chinese characters, in digits
denials.py    how languages with blanks deny an answer, or give two
unspaced.py   what scripts without blanks say beside an answer
unwrapped.py  an answer out of its lead-ins, marks and fences, for constraints
"""
