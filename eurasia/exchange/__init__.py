"""In and out: what other systems and folders hold becomes articles."""
