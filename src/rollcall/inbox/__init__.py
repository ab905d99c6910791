"""What POS systems call us with: taken in and kept before anything else, processed by workers."""
