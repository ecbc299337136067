"""The edge: the web server as it is started everywhere, and who calls it slowly, falsely or without end."""
