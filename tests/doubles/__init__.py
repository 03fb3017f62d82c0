"""Builders and stand-ins that many tests share."""
