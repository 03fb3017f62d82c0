"""A transparency log: what was entered stays, in that order, and anybody can check it.

Hashing as in RFC 6962 section 2 (RFC 9162 section 2.1), tiles and checkpoints as in the C2SP specifications tlog-tiles,
tlog-checkpoint, tlog-cosignature, tlog-witness and tlog-proof. The core knows neither files nor databases nor clocks.
"""
