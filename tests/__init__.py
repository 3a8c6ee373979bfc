"""The tests; a package so that `python -m tests.benchmarks` finds this one and no other `tests`."""
