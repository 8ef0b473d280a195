"""Whether all is there that a run needs, looked at before one is opened; nothing is written."""
