"""The form, its result, and deciding otherwise."""
