"""What a computed trait or an audience comes to now, against the last sync: from the warehouse alone.

No request is made and nothing is remembered: it is what a dry run would find of one declaration.
"""
