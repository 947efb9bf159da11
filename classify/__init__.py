"""What a record is: fields with evidence, kind, dossier type, retention, secret marks."""
