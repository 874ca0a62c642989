"""What several tests share: fixtures, small models and libraries, and clients of the fake Discord."""
