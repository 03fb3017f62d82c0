"""Read the scripts of a device and follow request input through them to where it does harm.

A script is read, never run. What comes in from the network is followed through assignments,
functions of the same file and string building up to a shell, an interpreter or a path, unless a
check or a quoting on the way takes the danger out. When in doubt the answer is a hint, not a flaw.

Read in this order: ``language`` (which language a text is in), ``flow`` (what is found), then
``shell_flow`` for the shell, or ``statements`` and ``taint`` with one file of words per other language.
"""
