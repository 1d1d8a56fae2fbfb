"""The same contracts and handlers on Connexion as it comes, and requests to compare the two by."""
