"""The documentation: what its pages say is what there is, what they show happens, and the site holds together."""
