"""What the audiences share: guarded base views, forms made from the catalogue, headers, error pages, display helpers."""
