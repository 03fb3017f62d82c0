"""The journeys of a user, one file each, every one reading like the sentence that describes it.

Only this package knows two pillars at once: it asks ``examine`` what is in an image, hands
the findings to ``standards`` and ``risk``, and the result to ``render``. It opens nothing
itself: files, clocks and processes come in as plain arguments, wired by ``cli``.

Read ``assess`` first: it is the main job, top to bottom on one page.
"""
