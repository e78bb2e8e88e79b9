"""Running chapters: the plan of a run, executing notebooks, one run at a time, progress."""
