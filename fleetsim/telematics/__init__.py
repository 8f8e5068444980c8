"""Telematics: the fleet as its monitoring platform would see it, and what the logs of a real one teach."""
