"""The verbs of `needs-assessment`. What each does is imported when it is asked for."""
