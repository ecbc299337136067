"""What the pages of the dashboard cost, in a small clinic and in a large one."""
