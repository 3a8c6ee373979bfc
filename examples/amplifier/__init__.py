"""A power amplifier: its description, the module generated from it, and a demonstration."""
