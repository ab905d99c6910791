"""What the pages show: the form, and what a trial found."""
