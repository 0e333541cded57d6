// The client of this repository, interrupted and gone on with.
