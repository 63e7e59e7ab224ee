"""Bridges to other people's estimators."""
