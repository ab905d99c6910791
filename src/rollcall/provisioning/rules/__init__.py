"""What a file may say, without a database."""
