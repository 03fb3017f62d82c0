"""Look into a device image and say what is there: containers, files, components, flaws.

The promise of this package: every finding shows its proof, everything that could not be
seen is a recorded gap, and no image, however hostile, writes a byte to the disk or stops
the examination. The tree of an image is virtual: structures are read by us, file contents
are decompressed on demand, nothing is unpacked under the image's own names.

Read in this order: ``extract`` (image to trees), ``scan`` (one pass over every file),
``subject`` (what detectors get), ``detectors`` (one file each, one visible tuple).

It never judges a standard (see ``standards``) and never speaks of money (see ``risk``).
"""
