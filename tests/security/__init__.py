"""Nobody sees another clinic's patients: walls, permissions and sign-in."""
