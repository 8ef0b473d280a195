"""Telling people: which changes of state there are, what is said of them, and the notifiers that say it."""
