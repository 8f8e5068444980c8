"""The distribution network: substations, feeders and transformers, and what flows through them. No SimPy here."""
