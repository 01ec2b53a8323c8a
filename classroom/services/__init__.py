"""What the portal does, one noun per module. Services check, write rows and enqueue messages; they never commit."""
