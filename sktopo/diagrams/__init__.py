"""Diagrams, and what is made of them: vectors, distances, Gram matrices."""
