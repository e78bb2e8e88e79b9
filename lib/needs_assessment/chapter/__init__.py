"""What a notebook may use: counts, indicators, tables and figures from the protected store."""
