"""`python -m taxlots`."""

from taxlots.cli.app import main

main()
