"""Papers as files: printed in official layout (printing.py), and read from a file somebody wrote elsewhere."""
