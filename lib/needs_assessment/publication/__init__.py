"""Publishing an edition: frozen for good with what it was made of, and rebuilt to prove it."""
