"""The embedded stack: every part Homeroom needs, started and watched by one process (``run.run_stack``)."""
