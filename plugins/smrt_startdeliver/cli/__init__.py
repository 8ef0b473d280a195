"""The command line: `python -m smrt_startdeliver`."""
