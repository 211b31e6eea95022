"""A small base model, its skills, and a task to fine-tune it on: what `ftguard demo` runs."""
