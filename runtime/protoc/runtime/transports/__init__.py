"""What carries bytes: serial lines, TCP, UDP, pseudo-terminals, memory. None of it ever waits."""
