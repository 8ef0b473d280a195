"""A local stand-in for Startdeliver: its REST API over real HTTP, strict, with a page on which a person sees the data.

    python -m sandbox --port 8765

`README.md` beside this file says what it does; `sandbox.testing` starts one for a test.
"""
