"""Fuzzing: kept seeds, a mutator that knows structure, one target a reader. `python -m tests.fuzz --help`."""
