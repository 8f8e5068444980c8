"""The figures of the page, one kind per module: each a function from the view to a plotly description."""
