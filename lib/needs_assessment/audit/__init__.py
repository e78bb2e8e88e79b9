"""Attacking a finished report as its readers could."""
