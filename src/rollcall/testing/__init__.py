"""What the project's own tests share: an environment apart from the user's, and invented people."""
