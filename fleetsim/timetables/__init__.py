"""Timetables before the run: feeds in GTFS are read, and trips are put into blocks."""
