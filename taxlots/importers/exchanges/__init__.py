"""Layouts of exchanges."""
