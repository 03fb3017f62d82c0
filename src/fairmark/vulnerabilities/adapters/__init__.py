"""The database file and the network: the only places of this package that touch the world."""
