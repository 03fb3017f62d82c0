"""Firmware without a file system: what its headers say of the chip, the version, the signature.

A small device runs one image: a real-time system, its stacks and the maker's program linked into one
piece. There is no package list, no service, no account to look at. What can be known is in the headers
that the boot loader reads, and in texts that upstream leaves; all else is a gap, and is said.

Read in this order: ``firmware``, then any of ``esp``, ``mcuboot``, ``cortex_m``; ``reading`` asks them all.
"""
