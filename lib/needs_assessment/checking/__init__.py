"""`check`: everything wrong or worth knowing about an edition's inputs, in one go."""
