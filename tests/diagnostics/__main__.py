"""`python -m tests.diagnostics [--write]`: which pages differ from what is rendered today."""

import sys

from tests.diagnostics.pages import pages, parts, rendered, write

if "--write" in sys.argv[1:]:
    sys.stdout.writelines(f"written: {page.name}\n" for page in write())
else:
    stale = [page.name for page in pages() if parts(page)["shown"] != rendered(parts(page)["text"])]
    sys.stdout.writelines(f"differs: {name}\n" for name in stale)
    sys.exit(bool(stale))
