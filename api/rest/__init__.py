"""`/api/v1`: what programs ask of the archive, described by OpenAPI."""
