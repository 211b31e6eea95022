"""What a guarded run may cost: a budget, prices of questions, and who is asked what, when."""
