"""Charging control: strategies that plan sessions and rules that share power. No SimPy here."""
