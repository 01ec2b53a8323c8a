"""The portal: people, courses, assignments, submissions and grades, on top of a JupyterHub."""
