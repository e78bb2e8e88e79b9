"""Indicators: the catalogue, how each kind is computed, and their intervals."""
