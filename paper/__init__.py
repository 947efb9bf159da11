"""What is printed or sent: searchable PDF/A, page descriptions, forms."""
