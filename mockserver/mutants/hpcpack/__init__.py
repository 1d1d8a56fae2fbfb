"""What can go wrong in HPC Pack's web service, one documented statement at a time."""

from mockserver.mutants.hpcpack import answers, lives, pages, selections, shapes, shown, values

MUTANTS = (
    *shapes.FAULTS,
    *answers.FAULTS,
    *values.FAULTS,
    *shown.FAULTS,
    *pages.FAULTS,
    *selections.FAULTS,
    *lives.FAULTS,
)
