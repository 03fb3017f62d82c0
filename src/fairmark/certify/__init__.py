"""Say what was certified, so that anybody can check it and nobody can change it afterwards.

A label is one signed message of at most 180 bytes, printed as a QR code that any phone opens. Whoever checks it trusts
a list of issuers, and nothing that the label says of itself: which key and which algorithm count comes from that list.

Read in this order: ``cose`` (bytes to a checked message), ``label`` (claims, digits, address), ``trust`` and ``status``
(whom to believe, and what still stands), ``label_verdict`` (what a person is told), ``qr``, ``sheet`` and ``page``
(paper and browser). ``verify.js`` does in a browser what ``label_verdict`` does here, with the same ``words.yaml``.

Behind every label stands a certificate: ``decision`` (who decided what, and why), ``eligibility`` (every reason against
it), ``certificate`` and ``dsse`` (what is signed), ``bundle`` (its evidence, to be shown in parts), ``entries`` (what
the log keeps), ``office`` (the issuer's folder and journal), ``certificate_verdict`` (what a person is told).

It never looks at a device and never speaks of money. A verdict always carries its date: a label that nobody looked
after is amber, and one that nobody signed is no label.
"""
