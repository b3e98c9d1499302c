"""Files of submissions: template, reading, checking, import."""
