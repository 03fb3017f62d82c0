"""Package databases and build manifests: what is installed, as the image itself lists it.

One file per database. Each has one function that takes a tree and gives packages; what cannot be read
becomes a gap in the list that the caller hands in. A database is input like any other: how much of it
is read, how long a line, how many packages and how many files may be listed is bounded.

Read in this order: ``package``, ``reading``, then any database. :mod:`fairmark.examine.packages` joins them.
"""
