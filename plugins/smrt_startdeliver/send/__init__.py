"""Sending: intents first, several requests in flight, each outcome acknowledged; a record fails alone."""
