"""Displays: they keep computed arrays and import matplotlib only when they draw."""
