"""What a run found, read from its folder and shown to people; no model is loaded."""
