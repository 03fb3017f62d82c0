"""Where the examination touches the world: the image, an unpacked directory, a file without a name, crypt.

Everything else of ``examine`` works on bytes. Nothing here ever creates a name that comes
from an image.
"""
