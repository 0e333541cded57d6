// Who may do what: every operation of the table by every kind of caller.
