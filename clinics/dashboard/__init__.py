"""The frame of every page: layout, who may open it, settings, forms, model admin."""
