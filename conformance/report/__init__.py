"""What a run is told as: each report consumes the one stream of events."""
