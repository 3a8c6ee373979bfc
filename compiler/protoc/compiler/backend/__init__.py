"""From the model to the text of a Python module."""
