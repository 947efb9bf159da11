"""Where bytes lie: the store of what was admitted, and the quay for what has only arrived."""
