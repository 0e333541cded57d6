// A package of three gigabytes.
