"""The compiled life of depots; whoever imports more of it than this needs the extra ``fast``."""
