"""What generated modules stand on."""
