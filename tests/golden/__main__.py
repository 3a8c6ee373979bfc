"""`python -m tests.golden`: generate the golden modules, and those of the examples, anew.

git shows what became different.
"""

from tests.golden.modules import DESCRIPTIONS, generated

for description in DESCRIPTIONS:
    description.with_suffix(".py").write_text(generated(description), encoding="utf-8")
