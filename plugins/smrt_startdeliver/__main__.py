"""`python -m smrt_startdeliver`."""

from __future__ import annotations

from smrt_startdeliver.cli.app import main

main()
