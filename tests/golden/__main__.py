"""`python -m tests.golden`: generate what is held to be as it was anew.

The golden modules, those of the examples, and the manual of the amplifier.

git shows what became different.
"""

from protoc.cli import main

from tests.golden.modules import AMPLIFIER, DESCRIPTIONS, generated

for description in DESCRIPTIONS:
    description.with_suffix(".py").write_text(generated(description), encoding="utf-8")
main(["document", str(AMPLIFIER), "-o", str(AMPLIFIER.with_suffix(".md"))])
