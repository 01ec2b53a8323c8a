"""The grading engine: notebooks in, results out. Knows no web server, no database and no hub."""
