"""Who gets in: second factors, invitations, sessions, and who is signed in where."""
