"""The number check: what an analyst typed by hand, beside what the report itself shows.

It reads the protected store only, so that it can neither confirm nor deny a hidden value.
"""
