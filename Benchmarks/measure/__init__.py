"""Measures coffer beside nginx and FastAPI on this machine."""
