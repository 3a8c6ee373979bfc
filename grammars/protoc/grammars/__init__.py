"""The library of ready device descriptions."""
