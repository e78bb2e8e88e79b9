"""The two-page dashboard that a board gets between assessments."""
