"""Where certificates and labels touch the world: folders with trust lists, keys."""
