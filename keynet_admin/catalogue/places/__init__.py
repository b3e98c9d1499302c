"""Where municipalities lie: by postal code, and how far from each other. Everything stands in files; no map is asked."""
