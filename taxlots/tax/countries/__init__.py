"""Tax on capital gains of other countries: what their rules in `rules/` cover, on gains that are given."""
