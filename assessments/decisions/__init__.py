"""Answers become one decision with everything it promises."""
