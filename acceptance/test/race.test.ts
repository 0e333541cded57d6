// Nothing of a version is readable before it is decided about, by any route.
