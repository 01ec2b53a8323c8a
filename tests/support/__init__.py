"""What functional and browser tests and the bench share: a real stack, and people who use it."""
