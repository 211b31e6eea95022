"""Pages of this machine alone: behind a token, on 127.0.0.1, with nothing loaded from elsewhere."""
