"""From the warehouse's rows to Startdeliver's fields, by the destination's mapping document. Pure."""
