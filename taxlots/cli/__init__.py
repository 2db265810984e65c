"""Thin commands: arguments, files, exit codes."""
