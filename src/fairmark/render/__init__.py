"""Turn an assessment into documents that people and other programs read.

A result that nobody can read changes nothing. So each reader gets the form they work with:
one page for the board (``report``), one screen for the engineer (``terminal``), SARIF for
the code host, CycloneDX and SPDX for the buyer, OpenVEX for whoever watches flaws.

Read in this order: ``wording`` (the sentences and figures that every form shares),
``summary`` (the few things that all of them count), ``report`` with its template and style
sheet, ``charts``, ``terminal``; then the formats of others: ``sarif``, ``cyclonedx``,
``spdx``, ``openvex``.

Everything here is a pure function of the values it is given: no clock, no files, no
network; the same assessment gives the same bytes. Text that comes from an image is hostile:
it is shown as characters, never as markup or terminal commands. Nothing here judges; what is
unknown is shown as unknown.
"""
