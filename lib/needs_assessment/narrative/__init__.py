"""The analyst's words: cells, merging, live figures, and files that are never half-written."""
