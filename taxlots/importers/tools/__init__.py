"""Layouts of other tax and portfolio tools."""
