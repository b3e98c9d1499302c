"""What a prefecture sees of its bodies, and its letters to those that have not registered."""
