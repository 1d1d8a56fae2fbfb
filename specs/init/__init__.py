"""`callsheet init`: a small contract to start from, which serves and checks green at once."""
