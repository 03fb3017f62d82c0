"""Component rules, one file per field; every YAML file here is read."""
