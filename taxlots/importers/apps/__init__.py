"""Layouts of apps and lenders."""
