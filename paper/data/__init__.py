"""Files the PDF/A maker carries."""
