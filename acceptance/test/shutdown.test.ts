// Stopping while much is under way, and working as several processes on the same data.
