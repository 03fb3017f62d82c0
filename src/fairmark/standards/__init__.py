"""Decide what a device's evidence means for a standard, and what it leaves open.

A standard says in prose how much security is enough. This package holds the provisions
as data a machine can judge (``catalogues/``), says which evidence may speak to which
provision (``crosswalk.yaml``), and gives one verdict for each provision.

Three rules stand above all others. Silence is INCONCLUSIVE. A claim is not proof: it
may fail a provision by the maker's own words, and it is needed for a PASS, but it never
gives one. And a PASS wants every place examined: one gap, and the verdict stays open.

Read in this order: ``judge`` (the verdicts), ``crosswalk`` (what may decide what),
``condition`` (when a provision applies), ``library`` (how the data is read and checked),
then ``contradictions``, ``claims``, ``summary`` and ``level``.

It never looks at a device (see ``examine``) and never speaks of money (see ``risk``). A
verdict gives no presumption of conformity and no certification.
"""
