"""`python -m tests.golden`: generate the golden modules anew; git shows what became different."""

from tests.golden.modules import FEATURES, GOLDEN, generated

for feature in FEATURES:
    (GOLDEN / feature / "device.py").write_text(generated(feature), encoding="utf-8")
