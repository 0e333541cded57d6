// How the registry tells how it is.
