"""People rate base against fine-tuned blind, side by side: items, a local page, CSV, the result."""
