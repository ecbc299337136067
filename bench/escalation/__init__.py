"""How soon a committed emergency reaches the mail server, and what a claim costs among millions of rows."""
