"""Everything that touches JupyterHub or a student's home folder."""
