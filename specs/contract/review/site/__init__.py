"""The review site: contracts as linked pages that need no server and no other host."""
