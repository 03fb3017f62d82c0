"""Example devices and their firmware images, made on the spot.

Whoever tries Fairmark for the first time has no firmware at hand, and none may be shipped: a
maker's image is not ours to give away. So this package writes its own. Everything in the
images (programs, scripts, settings, keys) was written for Fairmark or is generated; there is
no third-party code in them.

Read in this order: ``formats`` (writers for the containers of firmware, pure Python and
deterministic: the same nodes give the same bytes), then the example devices themselves. The
tests use the same writers to build images that are well made, damaged or hostile.
"""
