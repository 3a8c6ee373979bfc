"""`python -m protoc`."""

import sys

from protoc.cli import main

if __name__ == "__main__":
    sys.exit(main())
