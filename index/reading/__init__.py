"""From ranked candidates to a marked answer with a calibrated confidence."""
