"""The description language: source, syntax tree, parser, printer, diagnostics."""
