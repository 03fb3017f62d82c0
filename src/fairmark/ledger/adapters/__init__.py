"""Where a log touches the world: databases, files, the network."""
