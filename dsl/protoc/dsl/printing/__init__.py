"""The canonical form, by parts: lines, expressions, types, layouts, conversation."""
