"""The mock beside its peers: what is asked of whom, how it is measured, what came of it."""
