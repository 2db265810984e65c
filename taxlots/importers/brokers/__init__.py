"""Layouts of brokers."""
