"""The command line: one file per command, each reads arguments, calls one workflow, prints, exits.

Read ``main`` first: it lists the commands, and it is the one place where an error becomes
a sentence, a hint and an exit code. Imports are deferred, so that ``--help`` is quick.
"""
