"""What people do to records: check, correct, key in, sign off; and what is counted of it.

`review.filling` says what a document is, `review.correcting` what stands on a page; each shows its calls in
its first lines.
"""
