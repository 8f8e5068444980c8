"""GB/T 32960.3, the protocol between electric vehicles and their platform, in its editions of 2016 and 2025."""
