"""What may be shown: suppression and the protected store that everything to the right reads."""
