"""What can go wrong in a Deadline Web Service, one documented statement at a time."""

from mockserver.mutants.thinkbox import commands, effects, reading

MUTANTS = (*reading.FAULTS, *commands.FAULTS, *effects.FAULTS)
