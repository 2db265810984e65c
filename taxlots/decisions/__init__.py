"""Lots, prices and targets -> plans, scored after tax."""
