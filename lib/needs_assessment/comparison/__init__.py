"""One book with councils side by side, made of what their reports in place already show.

It reads `indicators.json` and the printed tables of each report and nothing behind them, computes
no sum over councils, and puts councils in order of their names: it is no league table.
"""
