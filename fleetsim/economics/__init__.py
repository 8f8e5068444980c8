"""What a director asks: cost per kilometre, the fuel that is replaced, revenue of chargers and payback."""
