"""The doors of the probe: sockets to one pinned address, bounded in time and bytes."""
