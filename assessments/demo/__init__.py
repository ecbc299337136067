"""The demo: two clinics with their people and software, and runners whose histories show every decision."""
