"""Proof that nothing is lost and nothing sent twice, whatever is killed, and whenever.

A pipeline is struck again and again: it, its warehouse or Startdeliver's stand-in is killed, or the stand-in answers
badly or not at all. A second pipeline, the reference, reads the same warehouse, has a memory and a stand-in of its own,
and is left in peace. In the end both stand-ins must hold the same, each record and each event once.
"""
