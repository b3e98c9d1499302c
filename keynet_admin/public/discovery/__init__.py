"""How visitors' pages are found from outside: what they say of themselves, which of them search engines keep, the site map."""
