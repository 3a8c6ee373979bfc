"""Drawings of a conversation: what sets what in motion.

`flow` reads the table of a generated module, the very one that runs, into boxes and arrows;
`mermaid` and `svg` write them down, `layers` finds the place of every box for the latter.
"""
