"""Frames -> documents, tables and files. Nothing here computes a tax or moves a lot."""
