"""What every running front end shares: the library in use, the queue of questions, and their limits."""
