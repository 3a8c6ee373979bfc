"""From a syntax tree to a checked model, and from the model to a Python module."""
