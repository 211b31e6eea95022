"""What a report shows, computed from a recorded run; nothing is drawn yet."""
