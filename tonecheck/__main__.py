"""`python -m tonecheck` is the same as `tonecheck`."""

import sys

from tonecheck.cli import main

sys.exit(main())
