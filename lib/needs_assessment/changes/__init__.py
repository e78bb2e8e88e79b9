"""What changed since the last published version, and why: a chapter for reviewers."""
