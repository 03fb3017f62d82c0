"""What insecurity costs in a year, to whom, and which security is worth its money.

The model is FAIR (The Open Group, O-RT 3.0.1 and O-RA): a *scenario* has a loss event frequency,
which is how often somebody tries times how often that succeeds (vulnerability), and a loss
magnitude. A loss is *primary* (it comes with the event: response, replacement, lost output) or
*secondary* (others react, with some probability for each event: fines, claims, lost sales). Each
event of the year costs on its own; frequency is a rate one does not know exactly, so the year
is a mixture of compound Poisson laws, and its 99 % point is no product of averages.

A loss is borne by somebody: *private* by the maker, *external* by users and third parties,
*social* is both with transfers netted.

Any scenario: read ``scenario``, ``rate`` and ``severity`` (the two halves), ``annual`` (the
answer), ``engine`` (one scenario), ``portfolio`` (several). A device: read ``calibration``,
``weaknesses``, ``circumstances``, ``inputs``, ``compromise``, ``fleet``, ``year``, ``price``,
``plan``, ``explain``. ``gordon_loeb`` is a printed note, no rule.
"""
