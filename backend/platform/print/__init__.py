"""Data onto paper: one function, from a template of this folder and JSON-ready data to a PDF.

Knows nothing of models, requests or clinics: whoever prints builds the data and decides who may read it.
"""

from backend.platform.print.pdf import PrintError, Template, pdf

__all__ = ["PrintError", "Template", "pdf"]
