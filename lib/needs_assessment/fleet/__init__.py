"""Every council's assessment, one after another and side by side."""
