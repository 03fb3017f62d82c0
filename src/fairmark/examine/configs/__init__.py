"""Read the settings of services, whatever their form, and tell who reads them.

A flaw in a settings file is a flaw of the device only if something that starts reads the file. So the
readers here come with the other half of the question: which started program reads which file.

Read in this order: ``lines``, ``blocks`` and ``nested`` (three families of forms), ``running`` (started
programs and the files they read), ``inspection`` (what a detector notes down), ``stored`` (passwords held
against the known defaults), ``owners`` (settings of programs that nobody has described).

It never decides what is a flaw: that is each detector's own.
"""
