"""One module or package per API: a function for each of its explicit requirements."""
