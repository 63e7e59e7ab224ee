"""Numeric kernels: arrays in, arrays out. They check nothing; whoever calls them has."""
