"""One parser per feed: bytes of a stranger in, records out; what is no record is counted, never raised."""
