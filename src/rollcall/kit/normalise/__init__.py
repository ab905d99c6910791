"""Normal forms of what people and POS systems write: phones, e-mails, names, days, ids.

Pure functions without Django, a clock or a network. Every normaliser is idempotent, returns None
(or raises its own error, where it says so) for what it cannot vouch for, and never guesses.
"""
