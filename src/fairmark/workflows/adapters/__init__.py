"""The doors of the journeys: files written whole or not at all."""
