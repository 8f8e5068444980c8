"""The scenario: from YAML and CSV files to one frozen, validated description. No SimPy here."""
