"""What can go wrong in a Pulp server, one documented statement at a time."""

from mockserver.mutants.pulp import lists, reading, values

MUTANTS = (*lists.FAULTS, *reading.FAULTS, *values.FAULTS)
