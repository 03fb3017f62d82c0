"""The arithmetic of uncertain amounts: exact where it can be, deterministic where it cannot.

A price is asked for by somebody who has to defend it. So the numbers here do not come from
sampling: laws are integrated with quadrature nodes, yearly totals are computed with the fast
Fourier transform, and what remains (many uncertain inputs at once) uses fixed points that give
the same bytes on every machine. The package knows amounts, shares and rates, and no word of
security.

Read in this order: ``distributions`` (ranges that people give, made into laws), ``law`` (what
every law can answer), ``smooth`` and ``plain`` (the laws), ``quadrature`` (their nodes),
``lattice`` (the total of a year), ``sobol`` (many uncertain inputs at once).
"""
