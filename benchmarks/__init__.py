"""What is measured, always as ratios of two sides run in turn."""
