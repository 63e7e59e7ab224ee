"""Activations and graphs to Diagrams. Sees numpy arrays and the Network description, never torch."""
