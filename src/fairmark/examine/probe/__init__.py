"""Ask a running device, and read what it answers.

An image does not show what really answers on the network. This package holds the questions
and pure readers of the answers: bytes in, values out, whatever a hostile server sends. Sockets
are opened in ``adapters/`` alone, and only to the one address that the user named.

Read in this order: ``wire`` (what a connection can do), ``interview`` (one open port),
``datagrams`` (the UDP questions), ``logins`` (bounded tries), ``detection`` (what follows).

It never guesses: a port that nobody recognised is named as such, and silence proves nothing.
"""
