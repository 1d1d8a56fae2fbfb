"""What a run plays, one after the other: the contract, the lifecycles, the requirements."""
