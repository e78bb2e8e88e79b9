"""Partner returns: reading them into observations, and the data dictionary behind them."""
