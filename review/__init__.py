"""What people do to records: check, correct, key in, sign off; and what is counted of it.

`review.filling` says what a document is, `review.correcting` what stands on a page; each shows its calls in
its first lines.

`queue`, `lease`, `checking`: what to go through next, who is at it, that it is done. `quality`, `sampling`,
`mistake`: two rounds of control. `sign_off`: the signature under a dossier. `bulk_edit`: many records at
once. `work_record`, `task`: who did what on which day. All of it is told in `docs/checking.md`.
"""
