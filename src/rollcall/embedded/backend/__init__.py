"""Django's PostgreSQL backend over the embedded server: ``ENGINE: rollcall.embedded.backend``."""
