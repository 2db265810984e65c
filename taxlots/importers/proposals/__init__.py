"""What a layout could be that no built-in one covers: guesses from header and rows, each with its reason."""
