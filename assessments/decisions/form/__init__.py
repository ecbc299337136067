"""The assessment form, generated from the question table: what is shown, and what was typed into it."""
