"""Files become searchable: indexed here, or copied to the upstream that indexes them itself."""
