"""What runs a session over an endpoint: in the caller's thread, or on an asyncio event loop."""
