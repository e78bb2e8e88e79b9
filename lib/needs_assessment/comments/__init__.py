"""Review comments: what readers wrote into a returned Word file, beside the cells it is about."""
