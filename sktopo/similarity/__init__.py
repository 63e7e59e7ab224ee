"""Layer by layer matrices within and across networks, and how a measure of similarity is judged."""
