"""Layouts of wallets and block explorers."""
