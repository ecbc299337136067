"""How a clinic's runners fare; small groups kept back."""
