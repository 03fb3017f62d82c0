"""The words that every part of Fairmark shares: frozen values, no behaviour of their own.

A value here crosses borders: between pillars, into ``assessment.json`` and back. Each one
refuses nonsense at birth, so whoever holds one need not check it again.

Read in this order: ``value`` (what all of them can do), ``device``, ``evidence``,
``finding``, ``standard``, ``risk``, ``assessment``; then ``vocabulary``, which joins the
pillars: weakness -> capability -> provisions, weakness -> factors -> controls.
"""
